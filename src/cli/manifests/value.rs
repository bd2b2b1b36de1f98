//! The value of a document, made of the same walk that notes where its fields stand. Pure.
//!
//! Nearly every manifest is plain: mappings, lists, quoted texts, words, whole numbers. Of these there is one reading, and it
//! is made here. Whatever leaves a choice (aliases, tags, merged fields, names that stand twice, words that are no texts,
//! numbers of other forms) is given up, and `serde-saphyr` reads the document; a test holds both to the same values.

use serde_json::{Map, Value};
use serde_saphyr::granit_parser::{Event, ScalarStyle};

/// More values than this are left to the one who counts them.
const MOST_VALUES: usize = 10_000;

/// What is nested deeper is left as well.
const DEEPEST: usize = 16;

/// A name that is longer may be too long for one.
const LONGEST_NAME: usize = 200;

/// Words that are texts to nobody, or not to everybody, in lower case.
const WORDS: [&str; 12] = [
    "false", "inf", "infinity", "n", "nan", "no", "null", "off", "on", "true", "y", "yes",
];

/// Makes the value of a document, event by event.
#[derive(Debug)]
pub(super) struct Maker {
    made: Made,
    around: Vec<Around>,
    values: usize,
}

/// How far the value has come.
#[derive(Debug)]
enum Made {
    /// Nothing was read yet.
    Nothing,
    /// It is whole.
    Whole(Value),
    /// It is not plain.
    GivenUp,
}

/// What is being read, and is not yet whole.
#[derive(Debug)]
enum Around {
    /// A mapping, and the name of the field that comes next.
    Mapping(Map<String, Value>, Option<String>),
    Sequence(Vec<Value>),
}

impl Maker {
    pub(super) fn new() -> Self {
        Self {
            made: Made::Nothing,
            around: Vec::new(),
            values: 0,
        }
    }

    /// The value, where the document is whole and plain.
    pub(super) fn value(self) -> Option<Value> {
        match self.made {
            Made::Whole(value) => Some(value),
            Made::Nothing | Made::GivenUp => None,
        }
    }

    /// Takes in what comes next.
    pub(super) fn step(&mut self, event: &Event<'_>) {
        if !matches!(self.made, Made::GivenUp) && self.take(event).is_none() {
            self.made = Made::GivenUp;
            self.around.clear();
        }
    }

    /// The same; `None` where that is not plain.
    fn take(&mut self, event: &Event<'_>) -> Option<()> {
        match event {
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_, None)
            | Event::DocumentEnd
            | Event::Comment(..) => Some(()),
            Event::Scalar(text, style, 0, None) => {
                if let Some(Around::Mapping(fields, name @ None)) = self.around.last_mut() {
                    let is_name = text.len() <= LONGEST_NAME
                        && !fields.contains_key(&**text)
                        && matches!(scalar(text, *style)?, Value::String(_));
                    *name = Some(is_name.then(|| text.clone().into_owned())?);
                    return Some(());
                }
                self.put(scalar(text, *style)?)
            }
            Event::MappingStart(_, 0, None) => self.begin(Around::Mapping(Map::new(), None)),
            Event::SequenceStart(_, 0, None) => self.begin(Around::Sequence(Vec::new())),
            Event::MappingEnd => match self.around.pop()? {
                Around::Mapping(fields, None) => self.put(Value::Object(fields)),
                Around::Mapping(_, Some(_)) | Around::Sequence(_) => None,
            },
            Event::SequenceEnd => match self.around.pop()? {
                Around::Sequence(items) => self.put(Value::Array(items)),
                Around::Mapping(..) => None,
            },
            _ => None,
        }
    }

    fn begin(&mut self, around: Around) -> Option<()> {
        // What has no name can stand in no mapping: a list or an object is one here.
        let is_name = matches!(self.around.last(), Some(Around::Mapping(_, None)));
        let has_room = self.around.len() < DEEPEST && matches!(self.made, Made::Nothing);
        (has_room && !is_name).then(|| self.around.push(around))
    }

    fn put(&mut self, value: Value) -> Option<()> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return None;
        }
        match self.around.last_mut() {
            Some(Around::Mapping(fields, name)) => {
                fields.insert(name.take()?, value);
            }
            Some(Around::Sequence(items)) => items.push(value),
            None => match self.made {
                Made::Nothing => self.made = Made::Whole(value),
                // Another document.
                Made::Whole(_) | Made::GivenUp => return None,
            },
        }
        Some(())
    }
}

/// What a scalar stands for, where nobody can read it in another way.
fn scalar(text: &str, style: ScalarStyle) -> Option<Value> {
    if style != ScalarStyle::Plain {
        return Some(Value::String(text.to_owned()));
    }
    let octets = text.as_bytes();
    match octets.first()? {
        b'a'..=b'z' | b'A'..=b'Z' => match text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ if WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)) => None,
            _ => Some(Value::String(text.to_owned())),
        },
        b'0'..=b'9' if octets.iter().all(u8::is_ascii_digit) => {
            let is_plain = octets.len() == 1 || octets.len() <= 15 && !octets.starts_with(b"0");
            let number: u64 = text.parse().ok().filter(|_| is_plain)?;
            Some(Value::from(number))
        }
        // In no number, of whatever form, stands one of these: 10m, 30s, 24h.
        b'0'..=b'9' if octets.iter().any(|octet| b"ghjkmpqrsuvw".contains(octet)) => {
            Some(Value::String(text.to_owned()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_saphyr::granit_parser::Parser;

    use super::*;

    fn made(text: &str) -> Option<Value> {
        let mut maker = Maker::new();
        for event in Parser::new_from_str(text) {
            maker.step(&event.ok()?.0);
        }
        maker.value()
    }

    fn read(text: &str) -> Option<Value> {
        serde_saphyr::from_str(text).ok()
    }

    #[test]
    fn what_is_plain_is_made_and_what_is_not_is_left() {
        for (text, is_made) in [
            (
                "a: b\nc: [1, 0, 'x', \"y\\n\", true, false, 10m, 24h]\nd: {e: {f: []}}\n",
                true,
            ),
            ("a: |\n  two\n  lines\nb: >-\n  folded\n  text\n", true),
            ("\"null\": 'null'\n'5': '5'\n", true),
            ("---\na: b\n...\n", true),
            ("text\n", true),
            ("[a, [b]]\n", true),
            ("# a comment\na: b # and another\n", true),
            ("", false),
            ("%YAML 1.1\n---\na: b\n", false),
            ("a: b\n---\na: c\n", false),
            ("a:\n", false),
            ("a: ~\n", false),
            ("a: null\n", false),
            ("a: yes\n", false),
            ("a: Off\n", false),
            ("n: a\n", false),
            ("5: a\n", false),
            ("a: 0x1f\n", false),
            ("a: 007\n", false),
            ("a: 1_000\n", false),
            ("a: -1\n", false),
            ("a: 1.5\n", false),
            ("a: 1e3\n", false),
            ("a: .inf\n", false),
            ("a: NaN\n", false),
            ("a: 2024-01-01\n", false),
            ("a: 12:30:00\n", false),
            ("a: 12345678901234567890\n", false),
            ("a: &x b\nc: *x\n", false),
            ("a: &x {b: c}\nd: {<<: *x}\n", false),
            ("a: !!str 5\n", false),
            ("a: !mine [b]\n", false),
            ("a: b\na: c\n", false),
            ("? [a, b]\n: c\n", false),
            ("? {a: b}\n: c\n", false),
            ("a: [b\n", false),
            ("a: [[[[[[[[[[[[[[[[[b]]]]]]]]]]]]]]]]]\n", false),
        ] {
            let made = made(text);
            assert_eq!(made.is_some(), is_made, "{text}: {made:?}");
            if made.is_some() {
                assert_eq!(made, read(text), "{text}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        /// Whatever a scalar is, as a value or a name, it is read as it would be without us, or left.
        #[test]
        fn a_scalar_is_what_it_is_to_who_reads_yaml(text in "[ -~]{0,12}|[0-9a-zA-Z+._:-]{0,12}|[nyoNYO][a-zA-Z]{0,4}") {
            for document in [format!("{text}\n"), format!("a: {text}\n"), format!("- {text}\n"), format!("{text}: a\n"), format!("a: \"{text}\"\n")] {
                if let Some(value) = made(&document) {
                    prop_assert_eq!(Some(value), read(&document), "{}", document);
                }
            }
        }

        /// The same of whole documents.
        #[test]
        fn a_document_is_what_it_is_to_who_reads_yaml(lines in prop::collection::vec("( |  |    ){0,2}(- ){0,2}([a-d]: ){0,2}(x|5|'q'|\\[x, y\\]|\\{z: 1\\}|\\||)", 0..8)) {
            let document = lines.join("\n");
            if let Some(value) = made(&document) {
                prop_assert_eq!(Some(value), read(&document), "{}", document);
            }
        }
    }
}
