//! The API server's audit log: what ServiceAccounts asked of it, and what it answered.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::Error;

const LOG: &str = "audit.log";

/// Metadata of what ServiceAccounts ask, once it is answered; a watch when it begins.
const POLICY: &str = "
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, Panic]
rules:
- level: Metadata
  userGroups: [system:serviceaccounts]
- level: None
";

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// `get`, `list`, …
    pub verb: String,
    /// `zegel.dev`; empty of the core group, and of a path that is no resource.
    pub group: String,
    /// `maildomains/status`; the path where it is no resource.
    pub resource: String,
    /// The object's name, where one was named.
    pub name: String,
    /// The HTTP status it was answered with.
    pub code: u64,
}

/// Has the API server keep the log in `folder`.
pub(super) fn keep(apiserver: &mut Command, folder: &Path) -> Result<(), Error> {
    let policy = folder.join("audit-policy.yaml");
    fs::write(&policy, POLICY)?;
    apiserver.arg("--audit-policy-file").arg(policy);
    apiserver.arg("--audit-log-path").arg(folder.join(LOG));
    Ok(())
}

/// All that was written down so far: one JSON object a line.
pub(super) fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join(LOG)).unwrap_or_default()
}

/// What this account asked so far.
pub(super) fn asked_by(folder: &Path, namespace: &str, account: &str) -> Result<Vec<Asked>, Error> {
    let user = format!("system:serviceaccount:{namespace}:{account}");
    // Nothing is there until somebody asked something.
    let log = fs::read_to_string(folder.join(LOG)).unwrap_or_default();
    let mut asked = Vec::new();
    // The last line may be half written.
    for entry in log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
    {
        if entry["user"]["username"] != user.as_str() {
            continue;
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let object = &entry["objectRef"];
        let resource = match (object["resource"].as_str(), object["subresource"].as_str()) {
            (Some(resource), Some(below)) => format!("{resource}/{below}"),
            (Some(resource), None) => resource.to_owned(),
            (None, _) => text(&entry["requestURI"]),
        };
        asked.push(Asked {
            verb: text(&entry["verb"]),
            group: text(&object["apiGroup"]),
            resource,
            name: text(&object["name"]),
            code: entry["responseStatus"]["code"].as_u64().unwrap_or_default(),
        });
    }
    Ok(asked)
}
