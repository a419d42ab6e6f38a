//! Moving in: lists with their suppressions and proofs, people with several ids, what became of every row, questions
//! about a file, and taking all of it back.

use crate::support::{Answer, Client, Server};
use kontor::db::{Conn, DAY, HOUR};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::io::Write;

/// A house with one program.
async fn house() -> (Server, Client) {
    let server = Server::start().await;
    let jana = server.manager().await;
    let body = json!({"slug": "fitnord", "name": "FitNord", "link_base": "https://fitnord.example/?a={ref}"});
    jana.post("/api/v1/programs", body).await.expect(201);
    (server, jana)
}

async fn send(client: &Client, path: &str, name: &str, fields: &[(&str, &str)], file: Vec<u8>) -> Answer {
    let mut form = Form::new().part("file", Part::bytes(file).file_name(name.to_owned()));
    for (name, value) in fields {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    Client::send(client.request(Method::POST, path).multipart(form)).await
}

/// Asks until an import has ended and everything behind it has run.
async fn ended(server: &Server, jana: &Client, id: i64) -> Value {
    for _ in 0..5_000 {
        let json = jana.get(&format!("/api/v1/imports/{id}")).await.expect(200).json();
        if !matches!(json["status"].as_str().unwrap(), "queued" | "running") {
            calm(server).await;
            return json;
        }
        server.drain().await;
        tokio::task::yield_now().await;
    }
    panic!("the import {id} never ended");
}

/// Waits until no job is left that could run now: the server's own worker may be at one.
pub async fn calm(server: &Server) {
    for _ in 0..5_000 {
        server.drain().await;
        let now = server.house().db.now();
        let left: i64 = server
            .house()
            .db
            .read(move |c| {
                use diesel::prelude::*;
                use kontor::db::schema::jobs;
                let due = jobs::table.filter(jobs::state.ne("dead")).filter(jobs::run_at.le(now));
                Ok(due.count().get_result(c)?)
            })
            .await
            .unwrap();
        if left == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the queue never became empty");
}

async fn import(server: &Server, jana: &Client, name: &str, fields: &[(&str, &str)], file: Vec<u8>) -> (i64, Value) {
    let id = send(jana, "/api/v1/imports", name, fields, file).await.expect(202).id();
    let report = ended(server, jana, id).await;
    (id, report)
}

fn counts(report: &Value, what: &str) -> (i64, i64, i64) {
    let n = |key: &str| report[what][key].as_i64().unwrap();
    (n("created"), n("updated"), n("unchanged"))
}

async fn person(jana: &Client, email: &str) -> Value {
    jana.get(&format!("/api/v1/members?q={email}")).await.expect(200).json()["items"][0].clone()
}

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn mailchimp() -> Vec<u8> {
    let head =
        "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LAST_CHANGED";
    let subscribed = format!(
        "\u{feff}\"Email Address\"{}\n\
         uwe@example.org,Uwe,Harms,2,2024-03-04 10:11:12,,2024-03-04 10:15:00,203.0.113.7,2025-01-01 00:00:00\n\
         carla@example.org,Carla,Weiß,2,2024-05-04 10:11:12,,,,2025-01-01 00:00:00\n\
         twice@example.org,Zwei,Mal,2,,,2024-03-04 10:15:00,203.0.113.8,2025-01-01 00:00:00\n",
        &head["Email Address".len()..]
    );
    let gone = format!(
        "{head},UNSUB_TIME,UNSUB_REASON\n\
         away@example.org,A,Way,2,,,2022-03-04 10:15:00,203.0.113.9,,2023-01-01 00:00:00,N/A (Unsubscribed by admin)\n\
         twice@example.org,Zwei,Mal,2,,,,,,2023-01-01 00:00:00,\n\
         angry@example.org,An,Gry,2,,,,,,2023-01-01 00:00:00,Spam complaint\n\
         broken,,,2,,,,,,,\n"
    );
    let cleaned = format!("{head}\nback@example.org,B,Ack,2,,,,,\n");
    archive(&[
        ("export/subscribed_members_export_a1.csv", &subscribed),
        ("export/unsubscribed_members_export_a1.csv", &gone),
        ("export/cleaned_members_export_a1.csv", &cleaned),
        ("export/readme.txt", "nothing"),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_from_mailchimp_suppresses_first_and_keeps_only_consents_it_proves() {
    let (server, jana) = house().await;
    let wording = "Ja, ich möchte den Newsletter.";
    let fields = [("kind", "mailchimp"), ("time_zone", "Europe/Berlin"), ("consent_wording", wording)];
    let trial = [&fields[..], &[("dry_run", "true")]].concat();
    let (_, tried) = import(&server, &jana, "audience.zip", &trial, mailchimp()).await;
    assert!(person(&jana, "uwe@example.org").await.is_null(), "a trial changes nothing");
    let (id, report) = import(&server, &jana, "audience.zip", &fields, mailchimp()).await;
    for what in ["members", "suppressions", "conversions", "waiting", "errors"] {
        assert_eq!(tried[what], report[what], "the trial said something else about {what}");
    }
    assert_eq!((report["status"].as_str(), report["dry_run"].as_bool()), (Some("done"), Some(false)));
    assert_eq!((counts(&report, "members"), counts(&report, "suppressions")), ((3, 0, 0), (4, 0, 0)), "{report}");
    let error = &report["errors"][0];
    assert_eq!(
        (error["row"].as_i64(), error["code"].as_str(), error["file"].as_str()),
        (Some(5), Some("email"), Some("unsubscribed_members_export_a1.csv"))
    );
    assert!(!error["message"].as_str().unwrap().is_empty());
    // Only who has a time and an address has consented; who is suppressed has not, whatever another list says.
    for (email, consent) in [("uwe@example.org", true), ("carla@example.org", false), ("twice@example.org", false)] {
        let found = person(&jana, email).await;
        assert_eq!((found["status"].as_str(), &found["consents"]["newsletter"]), (Some("invited"), &json!(consent)));
    }
    assert!(person(&jana, "away@example.org").await.is_null(), "who left a list is nobody's partner");
    let (kept, reasons) = server
        .house()
        .db
        .read(|c| {
            use diesel::prelude::*;
            use kontor::db::schema::{consents, suppressions};
            let kept: Vec<(String, String, String, i64, String, String)> = consents::table
                .select((
                    consents::email_key,
                    consents::wording,
                    consents::ip,
                    consents::at,
                    consents::proof,
                    consents::source,
                ))
                .load(c)?;
            let reasons: Vec<(Option<String>, String)> = suppressions::table
                .order(suppressions::email.asc())
                .select((suppressions::email, suppressions::reason))
                .load(c)?;
            Ok((kept, reasons))
        })
        .await
        .unwrap();
    let [(email, said, ip, at, row, source)] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!((email.as_str(), said.as_str(), ip.as_str()), ("uwe@example.org", wording, "203.0.113.7"));
    assert_eq!((kontor::i18n::iso(*at).as_str(), source.as_str()), ("2024-03-04T09:15:00.000Z", "import"));
    assert!(row.contains("CONFIRM_IP=203.0.113.7") && row.contains("MEMBER_RATING=2"), "the original row: {row}");
    let reasons: Vec<_> = reasons.iter().map(|(e, r)| (e.as_deref().unwrap(), r.as_str())).collect();
    assert_eq!(
        reasons,
        [
            ("angry@example.org", "complained"),
            ("away@example.org", "unsubscribed"),
            ("back@example.org", "bounced"),
            ("twice@example.org", "unsubscribed")
        ]
    );
    let csv = jana.get(&format!("/api/v1/imports/{id}/report")).await.expect(200);
    let lines: Vec<&str> = csv.text.lines().collect();
    assert_eq!(lines.len(), 9, "a heading and a line for each of eight rows: {}", csv.text);
    // Suppressions stand before people, wherever the archive had them.
    let first_person = lines.iter().position(|l| l.contains("\"member\"")).unwrap();
    assert!(lines[first_person..].iter().all(|l| !l.contains("\"suppression\"")), "{}", csv.text);
    assert!(csv.text.contains("no proof: asked at the first sign-in"), "{}", csv.text);
    let rows = jana.get(&format!("/api/v1/imports/{id}/rows")).await.expect(200).json();
    assert_eq!(rows["items"].as_array().map(Vec::len), Some(8));
    // The same again changes nothing.
    let (_, again) = import(&server, &jana, "audience.zip", &fields, mailchimp()).await;
    assert_eq!((counts(&again, "members"), counts(&again, "suppressions")), ((0, 0, 3), (0, 0, 4)));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_from_listmonk_and_a_file_of_partners_say_who_may_be_mailed() {
    let (server, jana) = house().await;
    let listmonk = "uuid,email,name,attributes,status,created_at,updated_at\n\
        u1,a@example.org,Anna A,\"{\"\"affiliate_ref\"\": \"\"anna9\"\"}\",enabled,2024-01-01T10:00:00Z,\n\
        u2,b@example.org,Bodo B,{},blocklisted,2024-01-01T10:00:00Z,\n\
        u3,c@example.org,Cleo C,{},disabled,2024-01-01T10:00:00Z,\n";
    let fields = [("kind", "listmonk"), ("time_zone", "UTC")];
    let (_, report) = import(&server, &jana, "subs.csv", &fields, listmonk.into()).await;
    assert_eq!((counts(&report, "members"), counts(&report, "suppressions")), ((1, 0, 0), (1, 0, 0)), "{report}");
    let anna = person(&jana, "a@example.org").await;
    assert_eq!((anna["affiliate_ref"].as_str(), &anna["consents"]["newsletter"]), (Some("anna9"), &json!(false)));
    let people = "E-Mail;Name;Affiliate ID;Weitere Kennungen;Parent;Einwilligung;Einwilligung am;Einwilligung IP;Wortlaut;Status\n\
        lena@example.org;Lena Brandt;lena7;5001 old-5;anna9;ja;04.03.2024 10:15;203.0.113.7;Ja, bitte.;\n\
        igor@example.org;Igor Novak;igor1;;;ja;;;;\n\
        dave@example.org;Dave Coleman;dave1;;;ja;04.03.2024 10:15;203.0.113.9;;abgemeldet\n";
    let fields = [("kind", "members_csv"), ("time_zone", "Europe/Berlin"), ("language", "de")];
    let (_, report) = import(&server, &jana, "people.csv", &fields, people.into()).await;
    assert_eq!((counts(&report, "members"), counts(&report, "suppressions")), ((3, 0, 0), (1, 0, 0)), "{report}");
    let lena = person(&jana, "lena@example.org").await;
    assert_eq!(lena["consents"]["newsletter"], true);
    assert_eq!((&lena["locale"], &anna["locale"]), (&json!("de"), &json!("en")), "the file says no language");
    assert_eq!(lena["affiliate_refs"][0]["ref"], "lena7");
    assert_eq!(lena["affiliate_refs"][0]["match_ids"], json!(["5001", "old-5"]));
    assert_eq!(lena["affiliate_refs"][0]["sponsor"]["name"], "Anna A", "{lena}");
    assert_eq!(person(&jana, "igor@example.org").await["consents"]["newsletter"], false, "a yes without proof");
    assert_eq!(person(&jana, "dave@example.org").await["consents"]["newsletter"], false);
    // A sale finds its partner by any of the ids; the link carries the one for links.
    let sale = |order: &str, reference: &str| {
        json!({"source": "shop", "order_id": order, "affiliate_ref": reference, "amount": "10.00", "currency": "EUR",
               "status": "approved", "occurred_at": "2026-10-01T10:00:00Z"})
    };
    let body = json!({"items": [sale("A-1", "5001"), sale("A-2", "OLD-5"), sale("A-3", "lena7")]});
    jana.post("/api/v1/conversions", body).await.expect(200);
    let sales = jana.get(&format!("/api/v1/conversions?member={}", lena["id"])).await.expect(200).json();
    assert_eq!(sales["items"].as_array().map(Vec::len), Some(3));
    // Nobody of them gets a newsletter before they come: they are no active members.
    let rule = json!({"rule": {"all": []}});
    let preview = jana.post("/api/v1/segments/preview", rule).await.expect(200).json();
    assert_eq!(preview["deliverable"], 0, "{preview}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_without_an_order_takes_back_the_sale_whose_transaction_it_names() {
    let (server, jana) = house().await;
    let file = "[[COMMISSIONS]]\n!TRANSID;!USERID;!RSTATUS;!RTYPE;!DATEINSERTED;!COMMISSION;!ORDERID;!TOTALCOST;!PARENTTRANSID\n\
        t1;u1;A;S;2026-10-05 14:30:00;8.00;;80.00;\n\
        t2;u1;A;H;2026-10-07 14:30:00;-8.00;;-80.00;t1\n\
        [[AFFILIATES]]\n!USERID;!REFID;!PARENTUSERID;!USERNAME;!FIRSTNAME;!LASTNAME;!RSTATUS\n\
        u1;lena;u0;lena@example.org;Lena;Brandt;A\n\
        u0;boss;;boss@example.org;Bo;Ss;A\n\
        u9;nope;;nope@example.org;No;Pe;D\n";
    let fields = [("kind", "pap_full"), ("time_zone", "America/Los_Angeles")];
    let (_, report) = import(&server, &jana, "pap.csv", &fields, file.into()).await;
    assert_eq!((counts(&report, "conversions"), counts(&report, "members")), ((1, 1, 0), (2, 0, 0)), "{report}");
    let sale = &jana.get("/api/v1/conversions").await.json()["items"][0];
    assert_eq!(
        (sale["status"].as_str(), sale["occurred_at"].as_str(), sale["member"]["name"].as_str()),
        (Some("refunded"), Some("2026-10-05T21:30:00.000Z"), Some("Lena Brandt"))
    );
    assert!(person(&jana, "nope@example.org").await.is_null(), "who was declined there is not invited here");
    assert_eq!(person(&jana, "lena@example.org").await["affiliate_refs"][0]["sponsor"]["ref"], "u0");
    server.stop().await;
}

/// Every row of the tables that imports write to, as JSON lines.
pub async fn dump(server: &Server) -> Vec<String> {
    let tables = [
        ("members", "id"),
        ("member_niches", "member_id"),
        ("member_tags", "member_id"),
        ("affiliate_refs", "id"),
        ("affiliate_sponsors", "id"),
        ("conversions", "id"),
        ("conversion_changes", "id"),
        ("tier_changes", "id"),
        ("suppressions", "id"),
        ("consents", "id"),
        ("import_marks", "id"),
    ];
    let all = server.house().db.read(move |c| tables.iter().map(|(t, key)| Ok(rows_of(c, t, key))).collect()).await;
    let all: Vec<Vec<String>> = all.unwrap();
    all.concat()
}

fn rows_of(conn: &mut Conn, table: &str, key: &str) -> Vec<String> {
    use diesel::prelude::*;
    use diesel::sql_types::Text;
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let sql = match &mut *conn {
        Conn::Postgres(_) => {
            format!("SELECT row_to_json(t)::text AS line FROM (SELECT * FROM {table} ORDER BY {key}) t")
        }
        conn => {
            let names: Vec<Row> =
                diesel::sql_query(format!("SELECT name AS line FROM pragma_table_info('{table}')")).load(conn).unwrap();
            let pairs: Vec<String> = names.iter().map(|n| format!("'{0}', \"{0}\"", n.line)).collect();
            format!("SELECT json_object({}) AS line FROM {table} ORDER BY {key}", pairs.join(", "))
        }
    };
    let rows: Vec<Row> = diesel::sql_query(sql).load(conn).unwrap();
    // Rights carry a version that only ever grows, so that open connections look again.
    let plain = |line: String| {
        let mut row: Value = serde_json::from_str(&line).unwrap();
        if let Some(row) = row.as_object_mut() {
            row.remove("rights_version");
            row.remove("rights_at");
        }
        format!("{table} {row}")
    };
    rows.into_iter().map(|r| plain(r.line)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_everything_back_leaves_the_house_as_it_was_to_the_last_byte() {
    let (server, jana) = house().await;
    let lena = server.member("Lena Brandt").await;
    let refs = json!({"affiliate_refs": [{"program": "fitnord", "ref": "lena7", "match_ids": []}]});
    jana.patch(&format!("/api/v1/members/{}", lena.member), refs).await.expect(200);
    // A life before: some sales, one of which waits for somebody who comes with the import.
    let zone = kontor::i18n::parse_zone("Europe/Berlin");
    let months = kontor::programs::tiers::months(server.house().db.now(), &zone, 3);
    // The first of the running month, of the one before, and so on.
    let day = |back: usize| kontor::i18n::iso(months[months.len() - 1 - back].from + 12 * HOUR)[..10].to_owned();
    let csv = |rows: &[(&str, &str, &str, &str, String)]| {
        let mut text = String::from("Affiliate ID,Order ID,Total Cost,Commission,Status,Date\n");
        for (who, order, amount, status, day) in rows {
            text.push_str(&format!("{who},{order},{amount},1.00,{status},{day}\n"));
        }
        text.into_bytes()
    };
    let before = csv(&[
        ("lena7", "O-1", "100.00", "P", day(0)),
        ("lena7", "O-2", "10.00", "A", day(1)),
        ("uwe1", "O-3", "700.00", "A", day(0)),
    ]);
    let fields = [("kind", "conversions_csv"), ("time_zone", "UTC"), ("sale_date", "per_row")];
    import(&server, &jana, "before.csv", &fields, before).await;
    let (was, listed) = (dump(&server).await, jana.get("/api/v1/conversions").await.text);
    assert!(was.len() > 8, "{was:#?}");

    // Three imports: sales that change others and lift a tier, partners, a list.
    let sales = csv(&[
        ("lena7", "O-1", "900.00", "A", day(0)),
        ("lena7", "O-4", "900.00", "A", day(1)),
        ("lena7", "O-5", "900.00", "A", day(2)),
        ("uwe1", "O-6", "800.00", "A", day(1)),
        ("nobody", "O-7", "5.00", "A", day(1)),
    ]);
    let (first, _) = import(&server, &jana, "sales.csv", &fields, sales).await;
    let people =
        "email;name;affiliate id;parent\nuwe@example.org;Uwe Harms;uwe1;lena7\nlena-brandt@example.org;Lena;lena-2;\n";
    let plain = [("kind", "members_csv"), ("time_zone", "UTC")];
    let (second, report) = import(&server, &jana, "people.csv", &plain, people.into()).await;
    assert_eq!(counts(&report, "members"), (1, 1, 0), "{report}");
    let (third, _) =
        import(&server, &jana, "list.zip", &[("kind", "mailchimp"), ("time_zone", "UTC")], mailchimp()).await;
    assert_eq!(person(&jana, "uwe@example.org").await["tier"], "active", "tiers fill before anybody signs in");
    assert_ne!(dump(&server).await, was);
    // In any order.
    for id in [second, third, first] {
        let undone = jana.post(&format!("/api/v1/imports/{id}/undo"), json!({})).await;
        assert!(matches!(undone.status.as_u16(), 200 | 202), "{}", undone.text);
        ended(&server, &jana, id).await;
    }
    let is = dump(&server).await;
    for (a, b) in was.iter().zip(&is) {
        assert_eq!(a, b);
    }
    assert_eq!(was.len(), is.len(), "{is:#?}");
    assert_eq!(jana.get("/api/v1/conversions").await.text, listed);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_about_a_file_are_asked_once_and_remembered() {
    let (server, jana) = house().await;
    let file =
        |order: &str| format!("Wann;Wer;Beleg;Netto;Steuer\n03.11.2026 14:05;lena7;{order};1.234,56;99\n").into_bytes();
    let asked =
        send(&jana, "/api/v1/import-drafts", "shop.csv", &[("kind", "conversions_csv")], file("B-1")).await.expect(201);
    let asked = asked.json();
    assert_eq!((asked["remembered"].as_bool(), asked["dated"].as_bool()), (Some(false), Some(false)), "{asked}");
    assert_eq!(asked["columns"][2]["header"], "Beleg");
    assert_eq!(asked["columns"][2]["samples"], json!(["B-1"]));
    let path = format!("/api/v1/import-drafts/{}", asked["id"]);
    let mapping = json!({"date": "Wann", "affiliate_ref": "Wer", "order_id": "Beleg", "amount": "Netto"});
    // The zone is asked for and never assumed, and so is the day.
    let wrong = jana.post(&path, json!({"mapping": mapping})).await.expect(422);
    assert!(wrong.field_errors().contains(&"time_zone:required".to_owned()), "{}", wrong.text);
    let answers = json!({"mapping": mapping, "time_zone": "America/Los_Angeles", "sale_date": "per_row"});
    let id = jana.post(&path, answers).await.expect(202).id();
    let report = ended(&server, &jana, id).await;
    assert_eq!((counts(&report, "conversions"), report["waiting"].as_i64()), ((1, 0, 0), Some(1)), "{report}");
    let sale = &jana.get("/api/v1/conversions").await.json()["items"][0];
    assert_eq!(
        (sale["amount"]["amount"].as_str(), sale["occurred_at"].as_str()),
        (Some("1234.56"), Some("2026-11-03T22:05:00.000Z"))
    );
    jana.get(&path).await.expect(404);
    let again =
        send(&jana, "/api/v1/import-drafts", "shop.csv", &[("kind", "conversions_csv")], file("B-2")).await.expect(201);
    let again = again.json();
    assert_eq!(again["remembered"], true);
    assert_eq!(again["answers"]["mapping"], mapping);
    assert_eq!(again["answers"]["time_zone"], "America/Los_Angeles");
    // Somebody else's file is nobody's business; a file nobody answers for is forgotten.
    let ruth = server.admin().await;
    let path = format!("/api/v1/import-drafts/{}", again["id"]);
    ruth.get(&path).await.expect(404);
    server.advance(3 * DAY).await;
    jana.get(&path).await.expect(404);
    assert_eq!(std::fs::read_dir(server.dir.join("imports")).unwrap().count(), 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_measured_as_it_is_unpacked_and_other_files_are_refused() {
    let (server, jana) = house().await;
    let fields = [("kind", "mailchimp"), ("time_zone", "UTC")];
    let errors = async |name: &str, file: Vec<u8>| {
        send(&jana, "/api/v1/imports", name, &fields, file).await.expect(422).field_errors()
    };
    let other = archive(&[("notes.csv", "Email Address\nx@example.org\n")]);
    assert_eq!(errors("a.zip", other).await, ["file:no_lists"]);
    assert_eq!(errors("a.zip", b"PK\x03\x04 and then nonsense".to_vec()).await, ["file:unreadable"]);
    let headless = archive(&[("subscribed_x.csv", "Name\nUwe\n")]);
    assert_eq!(errors("a.zip", headless).await, ["file:columns"]);
    // One list alone says by its name what it is.
    let single = b"Email Address,First Name\naway@example.org,A\n".to_vec();
    assert_eq!(errors("list.csv", single.clone()).await, ["file:no_lists"]);
    let (_, report) = import(&server, &jana, "unsubscribed_export.csv", &fields, single).await;
    assert_eq!((counts(&report, "suppressions"), counts(&report, "members")), ((1, 0, 0), (0, 0, 0)));
    assert_eq!(std::fs::read_dir(server.dir.join("imports")).unwrap().count(), 0, "nothing is left behind");
    server.stop().await;
}
