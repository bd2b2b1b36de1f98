//! Rules that are plain enough to be judged without an interpreter: which fields are there, what stands in them. Pure.
//!
//! CEL makes a copy of the whole value for every rule, and compiles a pattern anew in every evaluation, which for a fleet's
//! manifests costs more than all else together. What is read here is a part of CEL that leaves no room for doubt: fields,
//! texts, numbers and booleans, `has`, `==`, `!=`, `>`, `in`, `!`, `&&`, `||`, `all`, `size`, `filter(x, x)`, `endsWith`,
//! `lowerAscii` and `matches`. An alternative that does more is left open, and so is what hangs on a field that is not there:
//! then, and where a rule does not hold, CEL has the word. A test holds both to the same answers.

use std::borrow::Cow;

use regex::Regex;
use serde_json::Value;

use self::reading::Reader;

mod reading;
#[cfg(test)]
mod tests;

/// A rule that was read.
#[derive(Debug)]
pub(super) struct Plain(Expression);

#[derive(Debug)]
enum Expression {
    /// What is not read: it may come to anything.
    Open,
    Truth(bool),
    Number(u64),
    Text(String),
    /// `self`, or the entry of a list that `all` is at.
    Variable(String),
    Field(Box<Expression>, String),
    Has(Box<Expression>, String),
    Not(Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    /// Whether both are the same; or, where that is wanted, are not.
    Same(Box<Expression>, Box<Expression>, bool),
    /// Whether the one is more than the other.
    More(Box<Expression>, Box<Expression>),
    In(Box<Expression>, Vec<Expression>),
    List(Vec<Expression>),
    /// Those of a list that are true.
    True(Box<Expression>),
    Size(Box<Expression>),
    All(Box<Expression>, String, Box<Expression>),
    EndsWith(Box<Expression>, String),
    LowerAscii(Box<Expression>),
    Matches(Box<Expression>, Regex),
}

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq)]
enum Found<'v> {
    Truth(bool),
    Number(u64),
    Text(Cow<'v, str>),
    List(Vec<Found<'v>>),
    /// An object, a list or a number of the value itself.
    Part(&'v Value),
}

/// The names an expression may use, the innermost last.
type Names<'n, 'v> = [(&'n str, &'v Value)];

impl Plain {
    /// Reads a rule; `None` for one of which nothing can be said.
    pub(super) fn read(rule: &str) -> Option<Self> {
        Reader::rule(rule).map(Self)
    }

    /// Whether `value` keeps to the rule for certain.
    pub(super) fn holds(&self, value: &Value) -> bool {
        found(&self.0, &[("self", value)]) == Some(Found::Truth(true))
    }
}

/// What an expression comes to; `None` where CEL has the word.
fn found<'v>(expression: &Expression, names: &Names<'_, 'v>) -> Option<Found<'v>> {
    Some(match expression {
        Expression::Open => return None,
        Expression::Truth(truth) => Found::Truth(*truth),
        Expression::Number(number) => Found::Number(*number),
        Expression::Text(text) => Found::Text(text.clone().into()),
        Expression::Variable(name) => {
            let named = names.iter().rev().find(|(known, _)| known == name);
            of_value(named?.1)
        }
        Expression::Field(of, name) => match found(of, names)? {
            Found::Part(Value::Object(fields)) => of_value(fields.get(name)?),
            _ => return None,
        },
        Expression::Has(of, name) => match found(of, names)? {
            // Whether null is there hangs on the schema.
            Found::Part(Value::Object(fields)) if fields.get(name) != Some(&Value::Null) => {
                Found::Truth(fields.contains_key(name))
            }
            _ => return None,
        },
        Expression::Not(of) => Found::Truth(!truth(of, names)?),
        // What one part decides the others cannot change, whatever they come to (as CEL has it).
        Expression::And(parts) => Found::Truth(!any(parts, names, false)?),
        Expression::Or(parts) => Found::Truth(any(parts, names, true)?),
        Expression::Same(one, other, wanted) => {
            let same = is_same(&found(one, names)?, &found(other, names)?)?;
            Found::Truth(same == *wanted)
        }
        Expression::More(one, other) => match (found(one, names)?, found(other, names)?) {
            (Found::Number(one), Found::Number(other)) => Found::Truth(one > other),
            _ => return None,
        },
        Expression::In(one, list) => {
            let one = found(one, names)?;
            let mut is_there = false;
            for other in list {
                is_there |= is_same(&one, &found(other, names)?)?;
            }
            Found::Truth(is_there)
        }
        Expression::List(parts) => {
            let parts = parts.iter().map(|part| found(part, names));
            Found::List(parts.collect::<Option<_>>()?)
        }
        Expression::True(of) => match found(of, names)? {
            Found::List(mut parts) => {
                parts.retain(|part| *part == Found::Truth(true));
                Found::List(parts)
            }
            _ => return None,
        },
        Expression::Size(of) => Found::Number(match found(of, names)? {
            Found::List(parts) => u64::try_from(parts.len()).ok()?,
            Found::Part(Value::Array(items)) => u64::try_from(items.len()).ok()?,
            Found::Text(text) => u64::try_from(text.chars().count()).ok()?,
            _ => return None,
        }),
        Expression::All(of, name, each) => {
            let mut all = true;
            for item in items(found(of, names)?)? {
                let inner: Vec<(&str, &Value)> =
                    names.iter().copied().chain([(name.as_str(), item)]).collect();
                all &= truth(each, &inner)?;
            }
            Found::Truth(all)
        }
        Expression::EndsWith(of, end) => Found::Truth(text(of, names)?.ends_with(end.as_str())),
        Expression::LowerAscii(of) => Found::Text(text(of, names)?.to_ascii_lowercase().into()),
        Expression::Matches(of, pattern) => Found::Truth(pattern.is_match(&text(of, names)?)),
    })
}

/// The entries of a list, of the value's own or of parts of it.
fn items(list: Found<'_>) -> Option<Vec<&Value>> {
    match list {
        Found::Part(Value::Array(items)) => Some(items.iter().collect()),
        Found::List(parts) => parts
            .into_iter()
            .map(|part| match part {
                Found::Part(value) => Some(value),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

fn of_value(value: &Value) -> Found<'_> {
    match value {
        Value::Bool(truth) => Found::Truth(*truth),
        Value::String(text) => Found::Text(text.into()),
        other => Found::Part(other),
    }
}

fn truth(expression: &Expression, names: &Names<'_, '_>) -> Option<bool> {
    match found(expression, names)? {
        Found::Truth(truth) => Some(truth),
        _ => None,
    }
}

fn text<'v>(expression: &Expression, names: &Names<'_, 'v>) -> Option<Cow<'v, str>> {
    match found(expression, names)? {
        Found::Text(text) => Some(text),
        _ => None,
    }
}

/// Whether any part comes to `wanted`; `None` where that hangs on one that is open.
fn any(parts: &[Expression], names: &Names<'_, '_>, wanted: bool) -> Option<bool> {
    let mut known = Some(false);
    for part in parts {
        match truth(part, names) {
            Some(truth) if truth == wanted => return Some(true),
            Some(_) => {}
            None => known = None,
        }
    }
    known
}

/// Whether two are the same; `None` of two kinds, and of what is compared part by part.
fn is_same(one: &Found<'_>, other: &Found<'_>) -> Option<bool> {
    match (one, other) {
        (Found::Truth(one), Found::Truth(other)) => Some(one == other),
        (Found::Number(one), Found::Number(other)) => Some(one == other),
        (Found::Text(one), Found::Text(other)) => Some(one == other),
        _ => None,
    }
}
