//! Reading a rule of CEL, as far as it is plain. Pure.

use regex::Regex;

use super::Expression;

/// What is left of a rule.
pub(super) struct Reader<'r> {
    rest: &'r str,
}

impl<'r> Reader<'r> {
    /// A whole rule. An alternative at its top that cannot be read is left open; `None` where all of them are, and where
    /// the rule is no list of alternatives to begin with.
    pub(super) fn rule(rule: &'r str) -> Option<Expression> {
        let alternatives = alternatives(rule)?;
        if alternatives
            .iter()
            .any(|alternative| alternative.trim().is_empty())
        {
            return None;
        }
        let read = |alternative: &str| -> Option<Expression> {
            let mut reader = Reader { rest: alternative };
            let whole = reader.and()?;
            reader.rest.trim().is_empty().then_some(whole)
        };
        let read: Vec<Option<Expression>> = alternatives.into_iter().map(read).collect();
        let is_read = read.iter().any(Option::is_some);
        let parts = read.into_iter().map(|part| part.unwrap_or(Expression::Open));
        is_read.then(|| Expression::Or(parts.collect()))
    }

    /// Takes `token` off the front.
    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn must(&mut self, token: &str) -> Option<()> {
        self.take(token).then_some(())
    }

    fn or(&mut self) -> Option<Expression> {
        let first = self.and()?;
        let mut parts = Vec::new();
        while self.take("||") {
            parts.push(self.and()?);
        }
        Some(several(first, parts, Expression::Or))
    }

    fn and(&mut self) -> Option<Expression> {
        let first = self.relation()?;
        let mut parts = Vec::new();
        while self.take("&&") {
            parts.push(self.relation()?);
        }
        Some(several(first, parts, Expression::And))
    }

    fn relation(&mut self) -> Option<Expression> {
        let one = self.unary()?;
        let wanted = match (self.take("=="), self.rest.trim_start().starts_with("!=")) {
            (true, _) => true,
            (false, true) => !self.take("!="),
            (false, false) if self.take("in ") => {
                self.must("[")?;
                return Some(Expression::In(Box::new(one), self.list()?));
            }
            (false, false) if self.takes_more_than() => {
                return Some(Expression::More(Box::new(one), Box::new(self.unary()?)));
            }
            (false, false) => return Some(one),
        };
        let other = self.unary()?;
        Some(Expression::Same(Box::new(one), Box::new(other), wanted))
    }

    /// Takes `>`, where it is not the beginning of `>=`.
    fn takes_more_than(&mut self) -> bool {
        !self.rest.trim_start().starts_with(">=") && self.take(">")
    }

    fn unary(&mut self) -> Option<Expression> {
        let is_not = self.rest.trim_start().starts_with('!') && !self.rest.trim_start().starts_with("!=");
        match is_not && self.take("!") {
            true => Some(Expression::Not(Box::new(self.unary()?))),
            false => self.called(),
        }
    }

    /// Something, and what is called on it.
    fn called(&mut self) -> Option<Expression> {
        let mut whole = self.primary()?;
        while self.take(".") {
            let name = self.name()?;
            let of = Box::new(whole);
            whole = match (name, self.take("(")) {
                (name, false) => Expression::Field(of, name.to_owned()),
                ("size", true) => Expression::Size(of),
                ("lowerAscii", true) => Expression::LowerAscii(of),
                ("endsWith", true) => Expression::EndsWith(of, self.text()?),
                ("matches", true) => Expression::Matches(of, Regex::new(&self.text()?).ok()?),
                ("all", true) => {
                    let variable = self.name()?.to_owned();
                    self.must(",")?;
                    Expression::All(of, variable, Box::new(self.or()?))
                }
                ("filter", true) => {
                    let variable = self.name()?;
                    self.must(",")?;
                    (self.name()? == variable).then_some(Expression::True(of))?
                }
                _ => return None,
            };
            if !matches!(whole, Expression::Field(..)) {
                self.must(")")?;
            }
        }
        Some(whole)
    }

    fn primary(&mut self) -> Option<Expression> {
        if self.take("(") {
            let inner = self.or()?;
            self.must(")")?;
            return Some(inner);
        }
        if self.take("[") {
            return Some(Expression::List(self.list()?));
        }
        let first = self.rest.trim_start().chars().next()?;
        if matches!(first, '\'' | '"') {
            return Some(Expression::Text(self.text()?));
        }
        if first.is_ascii_digit() {
            let text = self.rest.trim_start();
            let end = text.find(|one: char| !one.is_ascii_digit()).unwrap_or(text.len());
            let (digits, rest) = text.split_at(end);
            self.rest = rest;
            // What follows could make it another number, or none.
            let is_whole = !rest.starts_with(|one: char| one == '.' || one.is_ascii_alphabetic());
            return is_whole.then(|| digits.parse().map(Expression::Number).ok())?;
        }
        match self.name()? {
            "has" => {
                self.must("(")?;
                let Expression::Field(of, name) = self.called()? else {
                    return None;
                };
                self.must(")")?;
                Some(Expression::Has(of, name))
            }
            "true" => Some(Expression::Truth(true)),
            "false" => Some(Expression::Truth(false)),
            // What was there before is not at hand.
            "oldSelf" => None,
            // A function of its own: `duration(…)`.
            _ if self.rest.starts_with('(') => None,
            name => Some(Expression::Variable(name.to_owned())),
        }
    }

    /// The entries of a list, up to its end.
    fn list(&mut self) -> Option<Vec<Expression>> {
        let mut parts = vec![self.or()?];
        while self.take(",") {
            parts.push(self.or()?);
        }
        self.must("]")?;
        Some(parts)
    }

    fn name(&mut self) -> Option<&'r str> {
        let text = self.rest.trim_start();
        let end = text
            .find(|one: char| !one.is_ascii_alphanumeric() && one != '_')
            .unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        self.rest = rest;
        name.starts_with(|one: char| one.is_ascii_alphabetic())
            .then_some(name)
    }

    /// A text in quotes. What a backslash stands for in a text of CEL is CEL's to say.
    fn text(&mut self) -> Option<String> {
        let text = self.rest.trim_start();
        let quote = text.chars().next().filter(|one| matches!(one, '\'' | '"'))?;
        let (inner, rest) = text.get(1..)?.split_once(quote)?;
        self.rest = rest;
        (!inner.contains('\\')).then(|| inner.to_owned())
    }
}

/// One part is itself, whatever it is; several are truths.
fn several(
    first: Expression,
    mut more: Vec<Expression>,
    whole: fn(Vec<Expression>) -> Expression,
) -> Expression {
    match more.is_empty() {
        true => first,
        false => {
            more.insert(0, first);
            whole(more)
        }
    }
}

/// The alternatives of a rule: what stands between `||` outside of all brackets and quotes. `None` where a choice (`? :`)
/// stands there, which binds less than they do, or a backslash, after which a quote may be none.
fn alternatives(rule: &str) -> Option<Vec<&str>> {
    let (mut depth, mut quote, mut start) = (0_usize, None, 0);
    let mut parts = Vec::new();
    let mut octets = rule.bytes().enumerate().peekable();
    while let Some((at, octet)) = octets.next() {
        match (quote, octet) {
            (_, b'\\') => return None,
            (Some(end), octet) if end == octet => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(octet),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.checked_sub(1)?,
            (None, b'?') if depth == 0 => return None,
            (None, b'|') if depth == 0 => {
                octets.next_if(|(_, next)| *next == b'|')?;
                parts.push(rule.get(start..at)?);
                start = at + 2;
            }
            _ => {}
        }
    }
    parts.push(rule.get(start..)?);
    Some(parts)
}
