//! Which cluster, which namespace, as kubectl is told; and what the API server's refusals mean to a person.

use std::path::PathBuf;

use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig};

use crate::cli::Failure;
use crate::cli::args::namespace;
use crate::operator::{Error, Visit};
use crate::report::objects::Object;
use crate::report::text::harmless;

/// Which cluster is meant, as kubectl is told.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Which cluster")]
pub struct ClusterArgs {
    /// The kubeconfig file [default: KUBECONFIG, else ~/.kube/config, else the pod's own account]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig [default: its current one]
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// The cluster of the kubeconfig [default: the context's]
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// The user of the kubeconfig [default: the context's]
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// The namespace [default: the context's]
    #[arg(long, short, value_name = "NAMESPACE", value_parser = namespace)]
    pub namespace: Option<String>,
}

/// A cluster, and the namespace that is meant in it.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    pub(super) visit: Visit,
    pub(super) namespace: String,
}

impl ClusterArgs {
    /// The cluster that is meant; nothing is sent yet.
    ///
    /// # Errors
    /// When the kubeconfig cannot be read or names none.
    pub(super) async fn connect(&self) -> Result<Cluster, Failure> {
        let none = |why: String| Failure::Usage(format!("no cluster to talk to: {why}"));
        let config = self.config().await.map_err(none)?;
        let visit = Visit::new(&config).map_err(|error| none(error.to_string()))?;
        let given = self.namespace.clone();
        Ok(Cluster {
            visit,
            namespace: given.unwrap_or_else(|| config.default_namespace.clone()),
        })
    }

    async fn config(&self) -> Result<Config, String> {
        let options = KubeConfigOptions {
            context: self.context.clone(),
            cluster: self.cluster.clone(),
            user: self.user.clone(),
        };
        let named = self.context.is_some() || self.cluster.is_some() || self.user.is_some();
        let config = match &self.kubeconfig {
            Some(path) => {
                let kubeconfig = Kubeconfig::read_from(path).map_err(|error| error.to_string())?;
                Config::from_custom_kubeconfig(kubeconfig, &options).await
            }
            None if named => Config::from_kubeconfig(&options).await,
            None => return Config::infer().await.map_err(|error| error.to_string()),
        };
        config.map_err(|error| error.to_string())
    }
}

impl Cluster {
    /// One MailDomain of the namespace.
    pub(super) async fn object(&self, name: &str) -> Result<Object, Failure> {
        match self.visit.get(&self.namespace, name).await {
            Ok(value) => Ok(Object::read(&value)),
            Err(error) => Err(self
                .refused(&format!("read MailDomain {name}"), false, &error)
                .await),
        }
    }

    /// These MailDomains of the namespace, in the order they were named; one that is named twice once.
    pub(super) async fn named(&self, names: &[String]) -> Result<Vec<Object>, Failure> {
        let mut objects = Vec::with_capacity(names.len());
        for name in once(names)? {
            objects.push(self.object(name).await?);
        }
        Ok(objects)
    }

    /// All MailDomains of the namespace, or of `all` of them; with a selector those that have such labels.
    pub(super) async fn objects(&self, all: bool, selector: Option<&str>) -> Result<Vec<Object>, Failure> {
        let namespace = (!all).then_some(self.namespace.as_str());
        match self.visit.list(namespace, selector).await {
            Ok(values) => Ok(values.iter().map(Object::read).collect()),
            Err(error) => Err(self.refused("list MailDomains", all, &error).await),
        }
    }

    /// That none was found, and where it was looked: a namespace that does not exist has none either, and who looks at
    /// nobody knows nothing.
    pub(super) fn nobody(&self, all: bool, selector: Option<&str>) -> String {
        let labels = selector.map_or_else(String::new, |selector| {
            format!(" with labels {}", harmless(selector))
        });
        let place = match all {
            true => "in any namespace".to_owned(),
            false => format!("in namespace {}", harmless(&self.namespace)),
        };
        let hint = if all { "" } else { "; -A tells of all namespaces" };
        format!("error: there is no MailDomain{labels} {place}, so nothing is known{hint}")
    }

    /// What a refusal means to a person, of what was asked in the namespace or in `all` of them.
    pub(super) async fn refused(&self, what: &str, all: bool, error: &Error) -> Failure {
        let namespace = &self.namespace;
        let place = match all {
            true => "all namespaces".to_owned(),
            false => format!("namespace {namespace}"),
        };
        let code = match error {
            Error::Gone => 404,
            Error::Api(kube::Error::Api(status)) => status.code,
            _ => 0,
        };
        Failure::Usage(match code {
            // A kind that is not served is as little found as an object that is not there.
            404 if let Ok(values) = self.visit.list(Some(namespace), None).await => format!(
                "cannot {what}: there is none in namespace {namespace}; kubectl get maildomains -A lists all there are{}",
                meant(what, &values.iter().map(Object::read).collect::<Vec<_>>())
            ),
            404 => format!(
                "cannot {what}: the API server serves no MailDomain (zegel.dev/v1alpha1): install the chart, or apply what \
                 zegel crd prints"
            ),
            403 => format!(
                "not allowed to {what} in {place}: {error}. The ClusterRoles view and edit carry the rights, \
                 where the chart's rbac.aggregate is on"
            ),
            401 => format!("cannot {what}: the API server does not know this account: {error}"),
            _ => format!("cannot {what}: {error}"),
        })
    }
}

/// Whose domain was written in the place of a name, as the end of a sentence; `what` ends in that where a name was written.
fn meant(what: &str, there: &[Object]) -> String {
    let domain = what.rsplit(' ').next().unwrap_or_default().trim_end_matches('.');
    let mut there = there.iter();
    let Some(object) = there.find(|object| object.domain.eq_ignore_ascii_case(domain)) else {
        return String::new();
    };
    format!("; that of the domain {domain} is {}", harmless(&object.name))
}

/// The names, each once and however it is written: `NAME`, or `maildomain/NAME` as `kubectl get -o name` prints it. What stands
/// before a slash is a kind, as kubectl has it, and never a namespace.
fn once(names: &[String]) -> Result<Vec<&str>, Failure> {
    let kinds = [
        "maildomain",
        "maildomains",
        "maildom",
        "maildomain.zegel.dev",
        "maildomains.zegel.dev",
    ];
    let mut each: Vec<&str> = Vec::with_capacity(names.len());
    for written in names {
        let name = match written.split_once('/') {
            Some((kind, name)) if kinds.contains(&kind) => name,
            Some((before, name)) => {
                let (written, before, name) = (harmless(written), harmless(before), harmless(name));
                return Err(Failure::Usage(format!(
                    "{written} is no name: before the slash of a name stands its kind, maildomain/{name}; a namespace is said by \
                     -n {before}"
                )));
            }
            None => written,
        };
        if !each.contains(&name) {
            each.push(name);
        }
    }
    Ok(each)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_domain_in_the_place_of_a_name_is_told_whose_it_is() {
        let object = |name: &str, domain: &str| {
            let metadata = json!({"name": name, "namespace": "mail"});
            Object::read(&json!({"metadata": metadata, "spec": {"domain": domain, "role": "Mail"}}))
        };
        let there = [object("winkel", "winkel.nl"), object("winkel-nl", "Ander.nl")];
        for (asked, told) in [
            ("winkel.nl", "; that of the domain winkel.nl is winkel"),
            ("WINKEL.nl.", "; that of the domain WINKEL.nl is winkel"),
            ("ander.nl", "; that of the domain ander.nl is winkel-nl"),
            ("winkels.nl", ""),
            ("", ""),
        ] {
            assert_eq!(
                meant(&format!("read MailDomain {asked}"), &there),
                told,
                "{asked}"
            );
        }
    }

    #[test]
    fn a_name_is_taken_once_however_it_is_written_and_a_namespace_is_none_of_it() {
        let of = |names: &str| {
            let names: Vec<String> = names.split(' ').map(str::to_owned).collect();
            once(&names)
                .map(|each| each.join(" "))
                .map_err(|failure| failure.to_string())
        };
        for (written, taken) in [
            ("a", "a"),
            ("a a", "a"),
            ("b a b", "b a"),
            ("a maildomain/a maildom/a maildomains.zegel.dev/a", "a"),
            ("maildomains/b a maildomain.zegel.dev/b", "b a"),
        ] {
            assert_eq!(of(written).as_deref(), Ok(taken), "{written}");
        }
        for (written, namespace) in [
            ("mail/a", "mail"),
            ("a mail/a", "mail"),
            ("pod/a", "pod"),
            ("/a", ""),
        ] {
            let why = of(written).unwrap_err();
            assert!(why.contains(&format!("-n {namespace}")), "{written}: {why}");
        }
    }
}
