//! What a spec says of TLS-RPT, made certain: the addresses of its reports. Pure.

use std::collections::BTreeSet;

use super::{Desired, ManagedRrset, Rrsets, SpecError, What};
use crate::api::MailDomainSpec;
use crate::inquiry::Kind;
use crate::name::Name;
use crate::records::dmarc::parse_uri;
use crate::records::tlsrpt::{UriFault, fault, write};

/// Where the record stands, before the domain (RFC 8460 3).
pub const LABELS: &str = "_smtp._tls";

/// At most so many addresses.
const MAX_REPORTS: usize = 16;

/// The RRsets the spec wants for this standard, or all that is wrong with the block.
pub(super) fn wanted(spec: &MailDomainSpec, domain: &Name) -> Rrsets {
    let Some(block) = &spec.tls_rpt else {
        return Ok(Vec::new());
    };
    let path = "spec.tlsRpt";
    let mut errors = Vec::new();
    if block.reports.is_empty() || block.reports.len() > MAX_REPORTS {
        let message = format!(
            "want 1 to {MAX_REPORTS} addresses for the reports, found {}",
            block.reports.len()
        );
        errors.push(SpecError::new(format!("{path}.reports"), message));
    }
    let mut seen = BTreeSet::new();
    for (index, text) in block.reports.iter().enumerate().take(MAX_REPORTS) {
        let uri = parse_uri(text.as_bytes(), 0);
        let wrong = match fault(&uri) {
            _ if text.contains(',') => {
                Some("is more than one entry: one address each, or , as %2C".to_owned())
            }
            Some(UriFault::Scheme) if uri.scheme == "http" => {
                Some("is not sent in the clear: write https:, or a mailto: URI".to_owned())
            }
            Some(fault) => Some(fault.as_str().to_owned()),
            None if !seen.insert(uri.canonical) => Some("stands there twice".to_owned()),
            None => None,
        };
        if let Some(wrong) = wrong {
            errors.push(SpecError::new(
                format!("{path}.reports[{index}]"),
                format!("{text:?} {wrong}"),
            ));
        }
    }
    let name = domain
        .prepend(LABELS)
        .map_err(|error| vec![SpecError::new(path, format!("{LABELS} before {domain}: {error}"))])?;
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(vec![ManagedRrset {
        name,
        kind: Kind::Txt,
        what: What::TlsRpt(block.reports.clone()),
        path: path.to_owned(),
    }])
}

/// The record of these addresses.
pub(super) fn desired(reports: &[String]) -> Desired {
    Desired::txt([write(reports)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted_of(reports: &str) -> Result<Vec<String>, Vec<String>> {
        let text = format!("{{domain: a.nl, role: Mail, tlsRpt: {{reports: [{reports}]}}}}");
        let spec: MailDomainSpec = serde_saphyr::from_str(&text).unwrap();
        match wanted(&spec, &spec.domain.parse().unwrap()) {
            Ok(wanted) => Ok(wanted.iter().flat_map(|one| one.desired().values).collect()),
            Err(errors) => Err(errors.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn the_addresses_become_one_record() {
        let found = wanted_of("'mailto:tls@a.nl', 'https://tls.example/v1'");
        assert_eq!(
            found,
            Ok(vec![
                "v=TLSRPTv1; rua=mailto:tls@a.nl,https://tls.example/v1".to_owned()
            ])
        );
    }

    #[test]
    fn an_address_of_no_use_is_refused_with_what_to_write() {
        for (reports, says) in [
            ("", "1 to 16 addresses"),
            ("tls@a.nl", "write mailto: before the address"),
            ("'http://a.nl/'", "write https:"),
            ("'ftp://a.nl/'", "neither a mailto: nor an https:"),
            ("'mailto:tls@a.nl!10m'", "size limit"),
            ("'mailto:a@a.nl,mailto:b@a.nl'", "one address each"),
            ("'mailto:a@a.nl', 'MAILTO:a@A.nl'", "stands there twice"),
            ("'https:'", "no host"),
        ] {
            let errors = wanted_of(reports).unwrap_err();
            assert!(
                errors.len() == 1 && errors[0].contains(says),
                "{reports}: {errors:?}"
            );
            assert!(errors[0].starts_with("spec.tlsRpt.reports"), "{errors:?}");
        }
    }
}
