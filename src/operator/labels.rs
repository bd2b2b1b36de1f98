//! Labels of objects that are carried into series: which, under which names, and what an object has of them. Pure.
//!
//! Which ones is said key by key: with all of them whoever may write a MailDomain would make series as he likes. The
//! names are those kube-state-metrics gives to the same labels, so one query joins both; two keys of one name are refused
//! at the start, where kube-state-metrics numbers them in the order in which they come.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use super::pool::Pool;
use crate::api::form::{MAX_LABEL, is_label_name, is_subdomain};

/// So many labels are carried at the most: each is a word more in every series.
const MOST: usize = 16;

/// The labels of objects that are carried into series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectLabels(Vec<Carried>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Carried {
    /// The key at the object: `app.kubernetes.io/part-of`.
    key: String,
    /// The name in a series: `label_app_kubernetes_io_part_of`.
    name: String,
}

/// What an object has of the labels that are carried, in their order; shared by all that have the same.
pub(super) type Values = Arc<[Box<str>]>;

static VALUES: LazyLock<Pool<[Box<str>]>> = LazyLock::new(Pool::default);

impl ObjectLabels {
    /// Whether none is carried.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What of `labels` is carried; one an object lacks is the empty text, which to Prometheus is the same.
    pub(super) fn of(&self, labels: Option<&BTreeMap<String, String>>) -> Option<Values> {
        if self.is_empty() {
            return None;
        }
        let value = |carried: &Carried| labels.and_then(|labels| labels.get(&carried.key));
        let values = self.0.iter().map(|carried| {
            let value = value(carried).map_or("", String::as_str);
            Box::<str>::from(value)
        });
        Some(VALUES.shared(values.collect::<Vec<_>>()))
    }

    /// The labels of a series, those an object has.
    pub(super) fn named<'a>(
        &'a self,
        values: Option<&'a Values>,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let values = values.map(|values| &**values).unwrap_or_default();
        let all = self.0.iter().zip(values);
        all.filter(|(_, value)| !value.is_empty())
            .map(|(carried, value)| (carried.name.as_str(), &**value))
    }
}

/// As it is written after the flag.
impl fmt::Display for ObjectLabels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&str> = self.0.iter().map(|carried| carried.key.as_str()).collect();
        f.write_str(&keys.join(","))
    }
}

impl FromStr for ObjectLabels {
    /// A sentence.
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all: Vec<Carried> = Vec::new();
        for key in text.split(',').map(str::trim).filter(|_| !text.trim().is_empty()) {
            held(key)?;
            let name = name_of(key);
            match all.iter().find(|carried| carried.name == name) {
                Some(same) if same.key == key => continue,
                Some(other) => {
                    return Err(format!(
                        "{} and {key} would both be {name} in a series, and nobody could tell which is meant: carry one of them",
                        other.key
                    ));
                }
                None => all.push(Carried {
                    key: key.to_owned(),
                    name,
                }),
            }
        }
        if all.len() > MOST {
            return Err(format!("{} labels, want {MOST} at the most", all.len()));
        }
        Ok(Self(all))
    }
}

/// Whether Kubernetes takes this as the key of a label.
fn held(key: &str) -> Result<(), String> {
    if key.is_empty() {
        return Err(
            "a key is empty: want keys of labels with a comma between, as team,app.kubernetes.io/part-of"
                .to_owned(),
        );
    }
    if key.contains('*') {
        return Err(format!(
            "{key}: want each key by itself, as team,app.kubernetes.io/part-of: with all labels there were as many series as \
             anybody makes"
        ));
    }
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if !is_label_name(name) {
        return Err(format!(
            "{key} can be no label: want NAME or PREFIX/NAME, and NAME of at most {MAX_LABEL} letters, digits, '-', '_' and '.' \
             that begins and ends with a letter or digit"
        ));
    }
    if prefix.is_some_and(|prefix| !is_subdomain(prefix)) {
        return Err(format!(
            "{key} can be no label: want before the '/' a DNS name in lower case, as app.kubernetes.io"
        ));
    }
    Ok(())
}

/// The name kube-state-metrics gives a label: what a name cannot hold is `_`, and `partOf` is `part_of`.
fn name_of(key: &str) -> String {
    let mut name = String::from("label_");
    let mut before = None::<char>;
    for letter in key.chars() {
        let letter = match letter.is_ascii_alphanumeric() {
            true => letter,
            false => '_',
        };
        let begins = letter.is_ascii_uppercase()
            && before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit());
        if begins {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
        before = Some(letter);
    }
    name
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn carried(text: &str) -> Vec<(String, String)> {
        let all: ObjectLabels = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        all.0
            .into_iter()
            .map(|carried| (carried.key, carried.name))
            .collect()
    }

    #[test]
    fn a_key_has_the_name_kube_state_metrics_gives_it() {
        for (key, name) in [
            ("team", "label_team"),
            ("app.kubernetes.io/part-of", "label_app_kubernetes_io_part_of"),
            ("ownerTeam", "label_owner_team"),
            ("Cost-Center", "label_cost_center"),
            ("costCENTER2b", "label_cost_center2b"),
            ("4eyes", "label_4eyes"),
            ("a_b.c", "label_a_b_c"),
        ] {
            assert_eq!(carried(key), [(key.to_owned(), name.to_owned())]);
        }
        assert_eq!(carried(" team , owner,team").len(), 2, "said twice is said once");
        assert_eq!(carried(""), []);
    }

    #[test]
    fn what_can_be_no_label_is_refused_in_words() {
        for (text, words) in [
            ("team,", "a key is empty"),
            ("*", "want each key by itself"),
            ("example.com/*", "want each key by itself"),
            ("a b", "a b can be no label: want NAME or PREFIX/NAME"),
            ("-team", "can be no label"),
            ("a/b/c", "can be no label"),
            ("Example.com/team", "want before the '/' a DNS name in lower case"),
            ("/team", "want before the '/'"),
            ("example..com/team", "want before the '/'"),
            (
                "example.com/team,example-com/team",
                "example.com/team and example-com/team would both be label_example_com_team",
            ),
            ("ownerTeam,owner-team", "would both be label_owner_team"),
            (
                "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q",
                "17 labels, want 16 at the most",
            ),
        ] {
            let said = text.parse::<ObjectLabels>().expect_err(text);
            assert!(said.contains(words), "{text}: {said}");
        }
        assert!("a".repeat(64).parse::<ObjectLabels>().is_err());
        assert!(format!("{}/a", "a".repeat(254)).parse::<ObjectLabels>().is_err());
    }

    #[test]
    fn an_object_has_what_it_has_and_shares_it() {
        let wanted: ObjectLabels = "team,stage".parse().expect("two keys");
        let labels = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect()
        };
        let some = wanted.of(Some(&labels(&[("stage", "prod"), ("other", "x")])));
        assert_eq!(
            wanted.named(some.as_ref()).collect::<Vec<_>>(),
            [("label_stage", "prod")]
        );
        let same = wanted.of(Some(&labels(&[("stage", "prod")])));
        assert!(Arc::ptr_eq(&some.expect("carried"), &same.expect("carried")));
        let none = wanted.of(None);
        assert_eq!(wanted.named(none.as_ref()).count(), 0);
        assert_eq!(ObjectLabels::default().of(Some(&labels(&[("team", "a")]))), None);
        assert_eq!(wanted.to_string(), "team,stage");
    }

    proptest! {
        /// Whatever is taken gives a name Prometheus takes, and no two keys share one.
        #[test]
        fn every_name_is_one_prometheus_takes(text in "[a-zA-Z0-9_./,* -]{0,40}") {
            if let Ok(all) = text.parse::<ObjectLabels>() {
                let mut names: Vec<&str> = all.0.iter().map(|carried| carried.name.as_str()).collect();
                for name in &names {
                    prop_assert!(name.starts_with("label_"));
                    prop_assert!(name.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'_'));
                }
                let count = names.len();
                names.sort_unstable();
                names.dedup();
                prop_assert_eq!(names.len(), count);
                prop_assert_eq!(all.to_string().parse::<ObjectLabels>(), Ok(all));
            }
        }
    }
}
