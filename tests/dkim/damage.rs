//! What spoils a key on its way into DNS is named as the cause, whatever the decoder makes of it.

use zegel::records::dkim::{Cause, Likeness, Material, NearMiss, likeness, parse};

use crate::keys::*;

/// The record's first octets, as a form that takes one string keeps them.
fn first(octets: usize, record: &str) -> String {
    record[..octets].to_owned()
}

fn rsa(value: &str) -> String {
    format!("v=DKIM1; k=rsa; p={value}")
}

/// The key with something put into its middle.
fn within(what: &str) -> String {
    rsa(&format!("{}{what}{}", &RSA_2048[..64], &RSA_2048[64..]))
}

fn pem(label: &str, line_end: &str) -> String {
    format!("-----BEGIN {label}-----{line_end}{RSA_2048}{line_end}-----END {label}-----")
}

fn url(text: &str) -> String {
    text.replace('+', "-").replace('/', "_")
}

/// Base64 of a text, for what was encoded once more.
fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[test]
fn every_cause_is_named() {
    let whole = rsa(RSA_2048);
    for (text, says) in [
        (first(255, &whole), "cut at 255 octets"),
        (
            first(255, &format!("v=DKIM1;k=rsa;p={RSA_2048}")),
            "cut at 255 octets",
        ),
        (first(255, &format!("p={RSA_4096}")), "cut at 255 octets"),
        (first(510, &rsa(RSA_4096)), "cut at 255 octets"),
        (rsa(&RSA_2048[..255]), "cut at 255 octets"),
        (rsa(&RSA_2048[..200]), "a key cut short: 150 of 294 octets"),
        (rsa(&RSA_2048[..391]), "a key cut short"),
        (rsa(&pem("PUBLIC KEY", "")), "BEGIN and END lines of a PEM file"),
        (rsa(&pem("PUBLIC KEY", "\n")), "BEGIN and END lines of a PEM file"),
        (
            rsa(&pem("RSA PUBLIC KEY", "\\n")),
            "BEGIN and END lines of a PEM file",
        ),
        (
            rsa(&format!("{RSA_2048}-----END PUBLIC KEY-----")),
            "BEGIN and END lines",
        ),
        (rsa(&pem("CERTIFICATE", "")), "a whole certificate"),
        (rsa(&pem("RSA PRIVATE KEY", "")), "a private key"),
        (rsa(&pem("PRIVATE KEY", "\n")), "a private key"),
        (
            rsa("MC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            "a private key",
        ),
        (rsa(&format!("\"{RSA_2048}\"")), "quotes"),
        (rsa(&format!("'{RSA_2048}'")), "quotes"),
        (rsa(&format!("{RSA_2048}\"")), "quotes"),
        (within("\" \""), "the seam between two strings"),
        (within("\"\""), "the seam between two strings"),
        (within("\n"), "a line end"),
        (within("\r\n"), "a line end"),
        (within("\\n"), "a line end as programs write it"),
        (within("\\r\\n"), "a line end as programs write it"),
        (within("\\"), "a backslash"),
        (within("\\ "), "a backslash"),
        (rsa(&format!("p={RSA_2048}")), "p= written twice"),
        (
            rsa(&format!("v=DKIM1; k=rsa; p={RSA_2048}")),
            "the whole record written into p=",
        ),
        (
            rsa(&format!("k=rsa; p={RSA_2048}")),
            "the whole record written into p=",
        ),
        (rsa(&url(RSA_2048)), "base64url"),
        (rsa(url(RSA_512).trim_end_matches('=')), "base64url"),
        (rsa(&RSA_2048.replace('+', " ")), "blanks where + stood"),
        (rsa(&RSA_2048.replace('+', "%2B")), "encoded for a URL"),
        (rsa(&RSA_512.replace('=', "%3d")), "encoded for a URL"),
        (rsa(&RSA_2048.replace('+', "&#43;")), "markup"),
        (within("<br>"), "markup"),
        (within(";"), "a semicolon in it"),
        (within("; "), "a semicolon in it"),
        (rsa(RSA_512.trim_end_matches('=')), "wrong padding"),
        (rsa(&format!("{RSA_2048}=")), "wrong padding"),
        (rsa(&format!("{RSA_2048},")), "something behind the key"),
        (rsa(&format!("{RSA_2048}.")), "something behind the key"),
        (rsa("MIIBIjANBgkqhkiG9w0B..."), "three dots"),
        (rsa("MIIBIjANBgkqhkiG9w0B\u{2026}"), "three dots"),
        (within("\u{200b}"), "outside ASCII"),
        (within("\u{a0}"), "outside ASCII"),
        (rsa("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC"), "OpenSSH"),
        (rsa("AAAAB3NzaC1yc2EAAAADAQABAAABAQC"), "OpenSSH"),
        (
            rsa(&base64(&pem("PUBLIC KEY", "\n"))),
            "encoded in base64 once more",
        ),
        (
            format!("v=DKIM1; k=rsa p={RSA_2048}"),
            "no semicolon between two tags",
        ),
        (
            format!("v=DKIM1; p={RSA_2048} k=rsa"),
            "no semicolon between two tags",
        ),
        (
            format!("v=DKIM1; k=ed25519; p={}", ED25519.trim_end_matches('=')),
            "wrong padding",
        ),
        (format!("v=DKIM1; k=ed25519; p=\"{ED25519}\""), "quotes"),
    ] {
        let record = parse(text.as_bytes());
        let damage = record
            .damage()
            .unwrap_or_else(|| panic!("no cause: {text}: {:?}", record.material()));
        let found = damage.cause.to_string();
        assert!(found.contains(says), "{text}: want {says:?} in {found:?}");
        assert!(
            damage.span.end <= text.len() && !damage.span.is_empty(),
            "{text}: {damage:?}"
        );
        assert!(!damage.cause.fix().is_empty() && !damage.cause.label().is_empty());
        assert_eq!(record.usable_key(), None, "{text}");
    }
}

#[test]
fn a_sound_key_has_no_cause() {
    for text in [
        rsa(RSA_2048),
        rsa(&format!("{}\r\n {}", &RSA_2048[..64], &RSA_2048[64..])),
        within(" "),
        within("\t"),
        rsa(""),
        "v=DKIM1; k=rsa".to_owned(),
        format!("v=DKIM1; k=ed25519; p={ED25519}"),
        "v=DKIM1; k=mldsa44; p=-----".to_owned(),
    ] {
        assert_eq!(parse(text.as_bytes()).damage(), None, "{text}");
    }
    // No key, and nothing tells why.
    for text in ["v=DKIM1; p=AAAA", "v=DKIM1; p=!AAAA"] {
        let record = parse(text.as_bytes());
        assert!(matches!(record.material(), Material::Malformed(_)), "{text}");
        assert_eq!(record.damage(), None, "{text}");
    }
}

#[test]
fn the_mark_stands_where_the_cause_shows() {
    for (text, marked) in [
        (within("\n"), "\n"),
        (within("\\n"), "\\n"),
        (within("\" \""), "\" \""),
        (rsa(&format!("{RSA_2048},")), ","),
        (format!("v=DKIM1; k=rsa p={RSA_2048}"), " "),
        (within(";"), ";"),
    ] {
        let record = parse(text.as_bytes());
        let damage = record.damage().expect("a cause");
        assert_eq!(&text[damage.span.clone()], marked, "{text}: {damage:?}");
    }
    let text = first(255, &rsa(RSA_2048));
    let record = parse(text.as_bytes());
    let damage = record.damage().expect("a cause");
    assert_eq!(damage.span.end, 255);
    assert!(
        matches!(
            damage.cause,
            Cause::Cut {
                expected: 294,
                at_255: true,
                ..
            }
        ),
        "{damage:?}"
    );
}

#[test]
fn a_host_name_is_told_from_other_text() {
    for text in [
        "s1.a-example.dkim.provider.example.",
        "selector1-a-nl._domainkey.example.onmicrosoft.com",
        " \"s1.provider.example\" ",
        "CNAME s1.provider.example.",
        "s1.xn--bcher-kva.example",
    ] {
        assert_eq!(
            likeness(text.as_bytes()),
            Likeness::NearMiss(NearMiss::HostName),
            "{text}"
        );
    }
    for text in [
        "hello",
        "192.0.2.1",
        "v1.0",
        "a=b.example",
        "two words.example",
        "mail@a.example",
        "",
    ] {
        assert_eq!(likeness(text.as_bytes()), Likeness::Other, "{text}");
    }
}
