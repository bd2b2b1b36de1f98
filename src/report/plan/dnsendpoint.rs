//! A plan as a DNSEndpoint, which ExternalDNS publishes through a provider: in the dialect of that provider. Pure.
//!
//! ExternalDNS hands a text on as it stands and has no quoting of its own, so the same text is right for one provider and
//! breaks mail at another. Which provider it is must be said; those are here whose dialect is known. It has whole record
//! sets: where other texts may stand beside ours, a plan that was not held against DNS leaves the set out.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::{Row, before, octets, title};
use crate::inquiry::{Kind, Rdata};
use crate::name::Name;
use crate::report::ManifestRef;
use crate::report::manifest::object_name;

/// How a provider wants texts of ExternalDNS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// What ExternalDNS calls the provider.
    pub provider: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// How a text is written.
    pub texts: Texts,
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// In quotes, string by string of at most 255 octets, as in a zone file.
    Quoted,
    /// As it is, one text a record set and of one string: all that ExternalDNS reads back there.
    RawAndOne,
}

/// The providers whose dialect is known, as ExternalDNS 0.23 has them.
pub const DIALECTS: &[Dialect] = &[
    Dialect {
        provider: "aws",
        name: "Amazon Route 53",
        texts: Texts::Quoted,
    },
    Dialect {
        provider: "azure",
        name: "Azure DNS",
        texts: Texts::RawAndOne,
    },
    Dialect {
        provider: "google",
        name: "Google Cloud DNS",
        texts: Texts::Quoted,
    },
    Dialect {
        provider: "pdns",
        name: "PowerDNS",
        texts: Texts::Quoted,
    },
];

/// The longest string of a text (RFC 1035 3.3).
const LONGEST_STRING: usize = 255;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DnsEndpoint {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Debug, Serialize)]
struct Metadata {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    labels: BTreeMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
struct Spec {
    endpoints: Vec<Endpoint>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    dns_name: String,
    record_type: String,
    #[serde(rename = "recordTTL")]
    record_ttl: u32,
    targets: Vec<String>,
}

/// The DNSEndpoint of one manifest, a YAML document; comments alone where nothing is to be published.
///
/// # Errors
/// When it cannot be written as YAML; none is known.
pub fn object(
    manifest: &ManifestRef,
    domain: &Name,
    dialect: &Dialect,
    rows: &[Row],
) -> Result<String, serde_saphyr::SerializeError> {
    let mut out = format!("---\n# {}\n", title(manifest, domain));
    let mut endpoints = Vec::new();
    for row in rows {
        out.push_str(&before(row, "#"));
        match endpoint(row, dialect) {
            Ok(Some(endpoint)) => endpoints.push(endpoint),
            Ok(None) => {}
            Err(why) => {
                let _ = writeln!(out, "# {} {} is left out: {why}", row.name, row.kind);
            }
        }
    }
    if endpoints.is_empty() {
        return Ok(out);
    }
    let types: Vec<String> = ["TXT", "CNAME", "MX"]
        .into_iter()
        .filter(|kind| endpoints.iter().any(|endpoint| endpoint.record_type == *kind))
        .map(|kind| format!("--managed-record-types={kind}"))
        .collect();
    let _ = writeln!(
        out,
        "# For {} by ExternalDNS 0.22 or later with --source=crd {}: other types are left alone without a word.",
        dialect.name,
        types.join(" ")
    );
    if endpoints
        .iter()
        .any(|endpoint| endpoint.dns_name == domain.as_str())
    {
        out.push_str(
            "# The record at the domain itself needs a registry whose own record lies in the zone: \
             --txt-prefix=externaldns-%{record_type}. does.\n",
        );
    }
    let name = object_name(domain.as_str());
    let label = if manifest.name.is_empty() {
        name.clone()
    } else {
        manifest.name.clone()
    };
    let object = DnsEndpoint {
        api_version: "externaldns.k8s.io/v1alpha1",
        kind: "DNSEndpoint",
        metadata: Metadata {
            name,
            namespace: manifest.namespace.clone(),
            labels: BTreeMap::from([("zegel.dev/maildomain", label)]),
        },
        spec: Spec { endpoints },
    };
    out.push_str(&serde_saphyr::to_string(&object)?);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    Ok(out)
}

/// The endpoint of a row; `None` where nothing is to stand there, and why where it cannot be said.
fn endpoint(row: &Row, dialect: &Dialect) -> Result<Option<Endpoint>, String> {
    if row.values.is_empty() {
        return Ok(None);
    }
    // That none stands there may be right too.
    if row.seen.is_some() && row.whole().is_empty() {
        return Ok(None);
    }
    if !row.is_certain() {
        return Err("it depends on DNS: --diff tells".to_owned());
    }
    if row.others_are_unknown() {
        return Err(
            "other texts may stand here, and ExternalDNS has a record set as a whole: --diff takes them in"
                .to_owned(),
        );
    }
    let targets = match row.kind {
        Kind::Txt => texts(row, dialect)?,
        Kind::Cname => row.values.clone(),
        Kind::Mx if row.values.iter().any(|value| value.ends_with(" .")) => {
            return Err(
                "ExternalDNS reads a null MX back as another record, and writes it again for ever".to_owned(),
            );
        }
        // What is right may be written in another way.
        Kind::Mx if row.seen.is_some() && row.to_add().is_empty() => row
            .seen
            .iter()
            .flat_map(|seen| &seen.keep)
            .map(Rdata::shown)
            .collect(),
        Kind::Mx => row.values.clone(),
        other => return Err(format!("records of type {other} are not written for ExternalDNS")),
    };
    Ok(Some(Endpoint {
        dns_name: row.name.to_string(),
        record_type: row.kind.to_string(),
        record_ttl: row.ttl,
        targets,
    }))
}

/// The texts of a record set, those of others included, in the provider's dialect.
fn texts(row: &Row, dialect: &Dialect) -> Result<Vec<String>, String> {
    if dialect.texts == Texts::Quoted {
        return Ok(row.whole());
    }
    let kept = row.seen.iter().flat_map(|seen| &seen.keep);
    let kept = kept.filter_map(|rdata| match rdata {
        Rdata::Txt(txt) => Some(txt.joined()),
        _ => None,
    });
    let all: Vec<Vec<u8>> = kept
        .chain(row.to_add().iter().map(|value| octets(value)))
        .collect();
    let [text] = all.as_slice() else {
        return Err(format!(
            "{} texts stand here, and ExternalDNS reads back one alone from {}: the others would be lost",
            all.len(),
            dialect.name
        ));
    };
    if text.len() > LONGEST_STRING {
        return Err(format!(
            "it has {} octets, and ExternalDNS reads back {LONGEST_STRING} at most from {}",
            text.len(),
            dialect.name
        ));
    }
    let text = String::from_utf8(text.clone()).map_err(|_| "a text that is no UTF-8".to_owned())?;
    Ok(vec![text])
}
