//! The page on JSON: what it lists is printed, all of it. That nothing else is, the harness holds at every run.

use super::authorities::{ZONE, run};
use super::harness::{Run, folder, zegel_with};
use crate::dns::{DnsServer, Fault, REFUSED, SERVFAIL};
use crate::json_page::{Page, section};
use crate::name_servers::NameServers;

/// SPF and DMARC with everything in it that the page has a word for.
const ODD: &str = "
    nl                   60 SOA   1
    boom.nl                 TXT   v=spf1 include:_a.boom.nl include:_a.boom.nl include:_none.boom.nl a:leeg.boom.nl redirect=x.nl -all ip4:192.0.2.1
    _a.boom.nl              TXT   v=spf1 ip4:198.51.100.0/24 -all
    leeg.boom.nl            TXT   x
    exp.boom.nl             TXT   go away
    nee.nl                  TXT   v=spf1 -all exp=exp.boom.nl
    fout.nl                 TXT   v=spf1 include:_none.boom.nl -all
    bijna.nl                TXT   v=spf v=spf1 -all
    bijna.nl                MX    10 mail.bijna.nl
    _dmarc.bijna.nl         TXT   v=DMARC1 p=reject
    naast.nl                TXT   v=spf1 -all
    _dmarc.naast.nl         TXT   v=DMARC1; p=none
    elders.nl               TXT   v=spf1 -all
    _dmarc.elders.nl        TXT   v=DMARC1; p=reject; rua=mailto:a@ander.nl
    elders.nl._report._dmarc.ander.nl TXT v=DMARC1; rua=mailto:b@ander.nl
";

const MANIFEST: &str = "\
apiVersion: zegel.dev/v1alpha1
kind: MailDomain
metadata: {name: voorbeeld-nl, namespace: mail}
spec: {domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [mx], all: Fail}, dmarc: {policy: Reject}}
";

#[test]
fn every_field_of_the_page_is_printed() {
    let mut page = Page::read();
    let mut hold = |args: &[&str], run: &Run| {
        page.hold(section(args).expect("a command that prints JSON"), &run.out);
    };

    let odd = DnsServer::start(ODD);
    odd.fail("stuk.nl", SERVFAIL);
    odd.fail_type("_dmarc.naast.nl", "TXT", Fault::AliasBeside);
    let resolver = odd.address().to_string();
    let more = "apiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {name: bijna-nl, namespace: mail}\nspec: {domain: bijna.nl, \
                role: Mail, spf: {mechanisms: [mx], all: Fail}, dmarc: {policy: Reject}, mtaSts: {mode: Enforce, maxAge: 30d}, \
                mx: {hosts: [{preference: 10, host: mail.bijna.nl}]}}\n";
    let wrong = more.replace("bijna", "stuk").replace("30d", "for ever");
    let broken = more.replace("bijna", "stuk");
    for (args, stdin) in [
        (
            &[
                "inspect",
                "stuk.nl",
                "bijna.nl",
                "elders.nl",
                "-o",
                "json",
                "--profile",
                "internet.nl",
            ][..],
            "",
        ),
        (&["check", "-", "-o", "json"], &wrong),
        (&["check", "-", "-o", "json"], &broken),
        (&["plan", "-", "-o", "json"], more),
        (&["plan", "-", "--diff", "-o", "json"], more),
        (&["spf", "boom.nl", "-o", "json"], ""),
        (&["spf", "bijna.nl", "-o", "json"], ""),
        (&["spf", "stuk.nl", "-o", "json"], ""),
        (&["spf", "nee.nl", "--ip", "192.0.2.9", "-o", "json"], ""),
        (&["spf", "fout.nl", "--ip", "192.0.2.9", "-o", "json"], ""),
        (&["spf", "bijna.nl", "--ip", "192.0.2.9", "-o", "json"], ""),
        (&["dmarc", "bijna.nl", "-o", "json"], ""),
        (&["dmarc", "naast.nl", "-o", "json"], ""),
        (&["dmarc", "elders.nl", "-o", "json"], ""),
        (&["lookup", "nl", "SOA", "-o", "json"], ""),
        (
            &["lookup", "bijna.nl", "MX", "-o", "json", "--dnssec", "require"],
            "",
        ),
    ] {
        let mut all = args.to_vec();
        if args[0] != "plan" || args.contains(&"--diff") {
            all.extend(["--resolver", &resolver]);
        }
        hold(args, &zegel_with(&all, stdin));
    }

    let mut named = |servers: &NameServers, args: &[&str], stdin: &str| {
        hold(args, &run(servers, args, stdin));
    };
    // The name servers have it and the resolver not yet; one of them is lame.
    let servers = NameServers::start(3, &ZONE.replace("p=reject", "p=none"));
    servers.publish(ZONE, 8);
    servers.servers[2].fail_all(REFUSED);
    named(&servers, &["check", "-", "-o", "json"], MANIFEST);
    named(&servers, &["lookup", "_dmarc.voorbeeld.nl", "-o", "json"], "");
    named(&servers, &["inspect", "voorbeeld.nl", "-o", "json"], "");
    let drifted = NameServers::start(1, &ZONE.replace("p=reject", "p=none"));
    named(&drifted, &["check", "-", "-o", "json"], MANIFEST);
    // The resolver alone says it, and there are more of them than are asked.
    let many = NameServers::start(15, ZONE);
    many.resolve(&ZONE.replace("p=reject", "p=none"));
    named(&many, &["inspect", "voorbeeld.nl", "-o", "json"], "");
    named(&many, &["check", "-", "-o", "json"], MANIFEST);

    // Of a cluster, of zones that are signed, and of errors a resolver explains: where these are, in tests/report,
    // tests/cli/knot and tests/dnssec.
    let elsewhere = [
        "selfcheck",
        "check",
        "kubectl-status-and-refresh",
        "event",
        "step",
        "zone",
        "explanation",
    ];
    let unseen = page.unseen(|section| !elsewhere.contains(&section));
    assert_eq!(
        unseen,
        ["answer: explained"],
        "docs/json.md lists what was not seen to be printed"
    );
}

/// A scratch folder is no manifest: nothing is printed, and the page has nothing to say of it.
#[test]
fn a_run_without_a_result_prints_no_object() {
    let folder = folder(&[]);
    let run = zegel_with(
        &["check", folder.path().to_str().expect("UTF-8"), "-o", "json"],
        "",
    );
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
}
