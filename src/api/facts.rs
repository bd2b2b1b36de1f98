//! Several facts in one rule of CEL: what must hold, each with the sentence for whoever breaks it. Pure.
//!
//! The API server evaluates every rule of a schema in every write, that of a status too, and what that costs it are the
//! rules by their number, and above all the fields they look up (docs/performance.md). So what is to be said at one place
//! is one rule, and its `messageExpression`, which is evaluated only when the rule is broken, says the sentences of all that
//! does not hold.

use kube::core::{Message, Rule};
use serde_json::Value;

/// What stands between two sentences.
const BETWEEN: &str = "; ";

/// The facts of one place.
#[derive(Debug, Default)]
pub(super) struct Facts {
    unless: Option<String>,
    facts: Vec<(String, &'static str)>,
    at: Option<&'static str>,
}

impl Facts {
    /// Facts that are always to hold.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Facts that are to hold unless this does. It is asked first, and where it holds nothing else is: let it be what holds
    /// of most objects and looks at few fields. Where it is an error and does not come out true, the rule is one.
    pub(super) fn unless(condition: impl Into<String>) -> Self {
        Self {
            unless: Some(condition.into()),
            ..Self::default()
        }
    }

    /// One more: what must hold, in CEL, and the sentence where it does not. Each stands on its own, for the sentences of all
    /// that are broken are said: what another fact refuses is no concern of this one.
    pub(super) fn fact(mut self, condition: impl Into<String>, sentence: &'static str) -> Self {
        self.facts.push((condition.into(), sentence));
        self
    }

    /// The field the sentences are about, where they stand above it: `.spf`.
    pub(super) fn at(mut self, field: &'static str) -> Self {
        self.at = Some(field);
        self
    }

    /// The rule that says all of it.
    pub(super) fn rule(self) -> Rule {
        let conditions: Vec<String> = self.facts.iter().map(|(one, _)| format!("({one})")).collect();
        let all = conditions.join(" && ");
        let rule = match (&self.unless, self.facts.as_slice()) {
            (Some(unless), _) => format!("{unless} || {all}"),
            (None, [(one, _)]) => one.clone(),
            (None, _) => all,
        };
        let message = match self.facts.as_slice() {
            [(_, sentence)] => Message::Message((*sentence).to_owned()),
            facts => Message::Expression(message(facts)),
        };
        let rule = Rule::new(rule).message(message);
        match self.at {
            Some(field) => rule.field_path(field),
            None => rule,
        }
    }
}

/// An expression that comes to the sentences of all facts that do not hold. Nothing but `+` and `substring`: what they
/// could cost at most the API server can tell, and of a list that is joined it cannot, and refuses it.
fn message(facts: &[(String, &str)]) -> String {
    let parts: Vec<String> = facts
        .iter()
        .map(|(condition, sentence)| {
            format!(
                "(({condition}) ? '' : {})",
                quoted(&format!("{BETWEEN}{sentence}"))
            )
        })
        .collect();
    format!("({}).substring({})", parts.join(" + "), BETWEEN.len())
}

/// A text as CEL writes it, in the quotes that it does not hold itself.
fn quoted(text: &str) -> String {
    match text.contains('\'') {
        false => format!("'{}'", text.replace('\\', "\\\\")),
        true => format!("{text:?}"),
    }
}

/// The sentences a rule of the schema may say, as it stands in a definition.
pub fn sentences(rule: &Value) -> Vec<String> {
    let text = |keyword: &str| rule.get(keyword).and_then(Value::as_str);
    match (text("message"), text("messageExpression")) {
        (Some(message), None) => vec![message.to_owned()],
        (_, Some(expression)) => texts(expression)
            .into_iter()
            .filter_map(|text| text.strip_prefix(BETWEEN).map(str::to_owned))
            .collect(),
        (None, None) => Vec::new(),
    }
}

/// The texts in an expression of CEL.
fn texts(expression: &str) -> Vec<String> {
    let (mut found, mut within) = (Vec::new(), None);
    let mut signs = expression.chars();
    while let Some(sign) = signs.next() {
        within = match (within, sign) {
            (None, '\'' | '"') => Some((sign, String::new())),
            (None, _) => None,
            (Some((end, text)), sign) if sign == end => {
                found.push(text);
                None
            }
            (Some((end, mut text)), sign) => {
                text.push(match sign {
                    '\\' => signs.next().unwrap_or(sign),
                    _ => sign,
                });
                Some((end, text))
            }
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use kube::core::cel::{Validator, compile_schema};
    use serde_json::json;

    use super::*;

    /// What is said of `value` by a rule.
    fn said(rule: Rule, value: &Value) -> Vec<(String, String)> {
        let rules = [serde_json::to_value(rule).expect("a rule is JSON")];
        let schema = json!({
            "type": "object", "x-kubernetes-validations": rules,
            "properties": {"a": {"type": "boolean"}, "b": {"type": "boolean"}, "c": {"type": "string"}},
        });
        let judged = Validator::new().validate_compiled(&compile_schema(&schema), value, None);
        let broken = judged.err().into_iter().flatten();
        broken.map(|one| (one.field_path, one.message)).collect()
    }

    fn three() -> Facts {
        Facts::new()
            .fact("self.a", "say \"a\": it's first")
            .fact("!has(self.b) || self.b", "say b; and mean it")
            .fact("self.c == 'it\\'s' || self.c == \"q\"", "say c's (xn--…)")
    }

    #[test]
    fn all_that_does_not_hold_is_said_at_once_and_nothing_else() {
        let (a, b, c) = ("say \"a\": it's first", "say b; and mean it", "say c's (xn--…)");
        for (value, want) in [
            (json!({"a": true, "c": "q"}), vec![]),
            (json!({"a": true, "b": true, "c": "it's"}), vec![]),
            (json!({"a": false, "c": "q"}), vec![a]),
            (json!({"a": true, "b": false, "c": "q"}), vec![b]),
            (json!({"a": true, "c": "x"}), vec![c]),
            (json!({"a": false, "b": false, "c": "q"}), vec![a, b]),
            (json!({"a": false, "c": "x"}), vec![a, c]),
            (json!({"a": false, "b": false, "c": "x"}), vec![a, b, c]),
        ] {
            let want: Vec<String> = match want.is_empty() {
                true => vec![],
                false => vec![want.join(BETWEEN)],
            };
            let said: Vec<String> = said(three().rule(), &value)
                .into_iter()
                .map(|(_, said)| said)
                .collect();
            assert_eq!(said, want, "{value}");
        }
    }

    #[test]
    fn nothing_is_asked_of_what_is_excepted_and_the_field_is_named() {
        let rule = || {
            Facts::unless("!has(self.b)")
                .at(".b")
                .fact("self.b && self.a", "no")
                .rule()
        };
        assert_eq!(said(rule(), &json!({"a": false})), []);
        assert_eq!(said(rule(), &json!({"a": true, "b": true})), []);
        let no = [(".b".to_owned(), "no".to_owned())];
        assert_eq!(said(rule(), &json!({"a": false, "b": true})), no);
        let rule = || {
            Facts::unless("!has(self.b)")
                .fact("self.b", "b")
                .fact("self.a", "a")
                .rule()
        };
        assert_eq!(said(rule(), &json!({"a": false})), []);
        assert_eq!(
            said(rule(), &json!({"a": false, "b": true})),
            [(String::new(), "a".to_owned())]
        );
    }

    #[test]
    fn sentences_are_read_back_as_they_were_written() {
        let read = |rule: Rule| sentences(&serde_json::to_value(rule).expect("a rule is JSON"));
        assert_eq!(
            read(three().rule()),
            ["say \"a\": it's first", "say b; and mean it", "say c's (xn--…)"]
        );
        assert_eq!(read(Facts::new().fact("self.a", "a; b").rule()), ["a; b"]);
        assert_eq!(read(Rule::new("self.a")), Vec::<String>::new());
    }
}
