//! OpenSSL's own vectors for DANE (its `test/danetest.in`), which `dev/dane-vectors` fetches: what OpenSSL takes, a sender takes.
//!
//! Two kinds differ on purpose, for they are about other protocols: usages 0 and 1, which no sender of mail uses (RFC 7672
//! 3.1.3), and names under usage 3, which SMTP does not look at (RFC 7672 3.1.1).

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zegel::records::dane::Tlsa;

use crate::facts::{findings, intent};
use crate::seen::{Servers, with_handshake};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/dane/danetest.in");

/// OpenSSL's word for a certificate that is right, and for one of another name.
const RIGHT: i32 = 0;
const OTHER_NAME: i32 = 62;

struct Block {
    records: Vec<Tlsa>,
    chain: Vec<Vec<u8>>,
    says: i32,
}

fn read(text: &str) -> Vec<Block> {
    let mut lines = text.lines().map(str::trim);
    let mut blocks = Vec::new();
    while let Some(line) = lines.next() {
        let numbers: Vec<i32> = line
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        let [records, certificates, _, says, _] = numbers[..] else {
            continue;
        };
        let records = (0..records)
            .map(|_| Tlsa::parse(lines.next().unwrap()).unwrap())
            .collect();
        let chain = (0..certificates).map(|_| {
            let mut body = String::new();
            let inner = lines
                .by_ref()
                .skip_while(|line| !line.starts_with("-----BEGIN"))
                .skip(1);
            for line in inner {
                if line.starts_with("-----END") {
                    break;
                }
                body.push_str(line);
            }
            STANDARD.decode(body).unwrap()
        });
        blocks.push(Block {
            chain: chain.collect(),
            records,
            says,
        });
    }
    blocks
}

/// The rules about what is shown that are broken.
fn broken(block: &Block) -> Vec<&'static str> {
    let session = with_handshake(|seen| seen.chain.clone_from(&block.chain));
    let records = block.records.iter();
    let records: String = records
        .map(|record| format!("\n_25._tcp.example.com TLSA {record}"))
        .collect();
    let zone = format!(
        "example.com MX 10 example.com\nexample.com A 192.0.2.25\nexample.com AAAA 2001:db8::25{records}"
    );
    let spec = intent("{domain: example.com, role: Mail, tls: {level: Any}, dane: {required: true}}");
    let verdict = Servers::all(&session).judge(&zone, &spec);
    let rules = ["DANE-012", "DANE-018", "DANE-002"];
    rules
        .into_iter()
        .filter(|rule| !findings(&verdict, rule).is_empty())
        .collect()
}

#[test]
fn what_openssl_takes_is_taken() {
    let Ok(text) = std::fs::read_to_string(FILE) else {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: no vectors at {FILE}: dev/dane-vectors fetches them"
        );
        return;
    };
    let blocks = read(&text);
    assert_eq!(blocks.len(), 54, "every block is read");
    let (mut agreed, mut of_other_protocols) = (0, 0);
    for (number, block) in (1..).zip(&blocks) {
        let broken = broken(block);
        if block.records.iter().all(|record| record.usage < 2) {
            assert_eq!(broken, ["DANE-002"], "{number}");
            of_other_protocols += 1;
            continue;
        }
        let is_taken = broken.is_empty();
        let by_key = block.records.iter().all(|record| record.usage == 3);
        if block.says == OTHER_NAME && by_key {
            assert!(is_taken, "{number}");
            of_other_protocols += 1;
            continue;
        }
        assert_eq!(
            is_taken,
            block.says == RIGHT,
            "{number}: OpenSSL says {}, here {broken:?}",
            block.says
        );
        agreed += 1;
    }
    assert_eq!((agreed, of_other_protocols), (33, 21));
}
