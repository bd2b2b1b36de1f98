//! How Kubernetes writes names, and the keys and values of labels. Pure.

/// At most so many characters in a name (RFC 1123), and in what stands before the slash of a label's key.
const MAX_NAME: usize = 253;

/// At most so many in a label, in the name of a namespace, and in a label's value.
pub(crate) const MAX_LABEL: usize = 63;

/// An RFC 1123 subdomain: labels with dots between, which may be longer than DNS takes.
pub(crate) fn is_subdomain(text: &str) -> bool {
    text.len() <= MAX_NAME && text.split('.').all(|part| has_form(part, is_lower, b"-"))
}

/// An RFC 1123 label, as a namespace's name.
pub(crate) fn is_label(text: &str) -> bool {
    text.len() <= MAX_LABEL && has_form(text, is_lower, b"-")
}

/// The key of a label: a name, and before a slash a DNS name.
pub(crate) fn is_label_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_label_name(name),
        None => is_label_name(text),
    }
}

/// The key of a label without what stands before its slash.
pub(crate) fn is_label_name(text: &str) -> bool {
    text.len() <= MAX_LABEL && has_form(text, |octet| octet.is_ascii_alphanumeric(), b"-_.")
}

/// A label's value.
pub(crate) fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_label_name(text)
}

fn is_lower(octet: u8) -> bool {
    octet.is_ascii_lowercase() || octet.is_ascii_digit()
}

/// Octets of one kind at both ends, and inside some more.
fn has_form(text: &str, is_outer: impl Fn(u8) -> bool, inner: &[u8]) -> bool {
    let octets = text.as_bytes();
    let ends = octets.first().zip(octets.last());
    ends.is_some_and(|(first, last)| is_outer(*first) && is_outer(*last))
        && octets
            .iter()
            .all(|octet| is_outer(*octet) || inner.contains(octet))
}
