//! Many domains on one provider's mail servers: what each more of them costs in questions and connections.

use super::dns::DnsServer;
use super::program::zegel;
use super::server::{Server, self_signed, with_tls};

/// The provider: two hosts, at one machine each.
const PROVIDER: &str = "
    mx1.mail.example          A    127.0.0.1
    mx2.mail.example          A    127.0.0.1
    spf.mail.example          TXT  v=spf1 ip4:192.0.2.0/24 -all
";

fn name(number: usize) -> String {
    format!("d{number:04}.example")
}

fn zone(domains: usize) -> String {
    let lines = (0..domains).map(|number| {
        let domain = name(number);
        format!(
            "{domain} TXT v=spf1 include:spf.mail.example -all\n{domain} MX 10 mx1.mail.example\n{domain} MX 20 mx2.mail.example\n\
             _dmarc.{domain} TXT v=DMARC1; p=reject\n_smtp._tls.{domain} TXT v=TLSRPTv1; rua=mailto:t@{domain}\n"
        )
    });
    format!("{PROVIDER}{}", lines.collect::<String>())
}

fn manifests(domains: usize) -> String {
    let one = |number| {
        let domain = name(number);
        format!(
            "---\napiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {{name: d{number:04}}}\nspec:\n  domain: {domain}\n  \
             role: Mail\n  spf: {{mechanisms: ['include:spf.mail.example'], all: Fail}}\n  dmarc: {{policy: Reject}}\n  mx: {{hosts: \
             [{{preference: 10, host: mx1.mail.example}}, {{preference: 20, host: mx2.mail.example}}]}}\n  tls: {{level: Any}}\n  \
             tlsRpt: {{reports: ['mailto:t@{domain}']}}\n"
        )
    };
    (0..domains).map(one).collect()
}

/// Looks at so many domains: the questions that reached the resolver, and the connections to the mail server.
async fn cost(domains: usize) -> (usize, usize) {
    let (_, config) = self_signed(&["mx1.mail.example", "mx2.mail.example"]);
    let (dns, mail) = (
        DnsServer::start(&zone(domains)),
        Server::start(vec![with_tls(&config)]).await,
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.yaml");
    std::fs::write(&file, manifests(domains)).unwrap();
    // That a mail server stands on loopback is an Error, and is meant.
    let args = [
        "check",
        file.to_str().unwrap(),
        "--fail-on",
        "none",
        "--timeout",
        "120s",
    ];
    let (code, out) = zegel(&dns, &mail, &args).await;
    assert!(
        code == 0 && out.contains("5/5") && !out.contains("unknown"),
        "{out}"
    );
    (dns.seen().total(), mail.count())
}

/// A provider is asked about once, whoever is its customer: a domain more costs its own records, and no connection.
#[tokio::test(flavor = "multi_thread")]
async fn a_domain_more_on_the_same_mail_servers_costs_its_own_records_alone() {
    let (few, many) = (20, 120);
    let ((few_questions, few_connections), (many_questions, many_connections)) =
        (cost(few).await, cost(many).await);
    assert_eq!(few_connections, many_connections, "connections do not grow");
    // Two for the certificates of each host.
    assert!(many_connections <= 4, "{many_connections}");
    let more = many_questions - few_questions;
    let each = more as f64 / (many - few) as f64;
    println!("questions a domain more: {each:.2}; connections: {many_connections}");
    assert!(each <= MOST, "{each} questions a domain");
}

/// The questions a domain more may cost. They may only fall.
const MOST: f64 = 7.0;
