//! An adopted domain as a manifest: a YAML document, what it cannot say as comments at its end. Pure.

use std::fmt::Write;

use serde::Serialize;

use super::text::harmless;
use crate::adopt::Adopted;
use crate::api::MailDomainSpec;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: &'a MailDomainSpec,
}

#[derive(Serialize)]
struct Metadata {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
}

/// The manifest: a YAML document that starts with `---`, remarks as comments at its end.
///
/// # Errors
/// When the spec cannot be written as YAML; none is known.
pub fn yaml(adopted: &Adopted) -> Result<String, serde_saphyr::SerializeError> {
    let mut out = document(&adopted.spec, None)?;
    for remark in &adopted.remarks {
        let _ = writeln!(out, "# {}", harmless(remark));
    }
    Ok(out)
}

/// A spec as a YAML document that starts with `---` and ends with a line end.
pub(super) fn document(
    spec: &MailDomainSpec,
    namespace: Option<&str>,
) -> Result<String, serde_saphyr::SerializeError> {
    let manifest = Manifest {
        api_version: "zegel.dev/v1alpha1",
        kind: "MailDomain",
        metadata: Metadata {
            name: object_name(&spec.domain),
            namespace: namespace.map(str::to_owned),
        },
        spec,
    };
    let mut out = String::from("---\n");
    out.push_str(&serde_saphyr::to_string(&manifest)?);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    Ok(out)
}

/// An object's name for a domain: hyphens for dots where that is unambiguous (two labels), else the domain itself
/// (`_`, which no object name holds, becomes `x`).
pub fn object_name(domain: &str) -> String {
    let plain = domain.replace('_', "x");
    if plain.matches('.').count() <= 1 {
        plain.replace('.', "-")
    } else {
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_names_are_unambiguous() {
        for (domain, name) in [
            ("voorbeeld.nl", "voorbeeld-nl"),
            ("a-b.nl", "a-b-nl"),
            ("a.b.nl", "a.b.nl"),
            ("_x.nl", "xx-nl"),
        ] {
            assert_eq!(object_name(domain), name);
        }
    }
}
