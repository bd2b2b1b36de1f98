//! One fetched policy as it stands in a recording. Pure.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::text::{name, trouble};
use crate::inquiry::{Fact, Made, PolicyFile, PolicySource, Security, Served};

/// A fact of the policy lane as it is written. Exactly one of `body`, `status`, `tooLarge`, `untrusted` and `trouble` is
/// there.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PolicyLine {
    domain: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    /// The file's octets, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    too_large: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    untrusted: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    server: Option<std::net::SocketAddr>,
    seen_at: Timestamp,
    expires_at: Timestamp,
}

impl PolicyLine {
    /// A fact in writing.
    pub(super) fn of(question: &PolicyFile, fact: &Fact<PolicyFile>) -> Self {
        let mut line = Self {
            domain: question.domain.to_string(),
            media_type: None,
            body: None,
            status: None,
            location: None,
            too_large: false,
            untrusted: None,
            trouble: None,
            server: fact.source.server,
            seen_at: fact.seen_at,
            expires_at: fact.expires_at,
        };
        match &fact.outcome {
            Ok(Served::File { media_type, body }) => {
                line.media_type.clone_from(media_type);
                line.body = Some(STANDARD.encode(body));
            }
            Ok(Served::Status { code, location }) => {
                line.status = Some(*code);
                line.location.clone_from(location);
            }
            Ok(Served::TooLarge) => line.too_large = true,
            Ok(Served::Untrusted(why)) => line.untrusted = Some(why.clone()),
            Err(trouble) => line.trouble = Some(trouble.reason().to_owned()),
        }
        line
    }

    /// The fact, read back.
    pub(super) fn read(self) -> Result<(PolicyFile, Fact<PolicyFile>), String> {
        let outcome = match (
            self.body,
            self.status,
            self.too_large,
            self.untrusted,
            self.trouble,
        ) {
            (Some(body), None, false, None, None) => Ok(Served::File {
                media_type: self.media_type,
                body: STANDARD.decode(body).map_err(|error| format!("body: {error}"))?,
            }),
            (None, Some(code), false, None, None) => Ok(Served::Status {
                code,
                location: self.location,
            }),
            (None, None, true, None, None) => Ok(Served::TooLarge),
            (None, None, false, Some(why), None) => Ok(Served::Untrusted(why)),
            (None, None, false, None, Some(word)) => Err(trouble(&word)?),
            _ => return Err("want one of body, status, tooLarge, untrusted and trouble".to_owned()),
        };
        let domain = name(&self.domain)?;
        let fact = Fact {
            outcome,
            security: Security::NotAsked,
            source: PolicySource { server: self.server },
            made: Made::default(),
            seen_at: self.seen_at,
            expires_at: self.expires_at,
        };
        Ok((PolicyFile { domain }, fact))
    }
}
