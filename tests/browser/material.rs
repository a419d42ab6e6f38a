//! A manager brings a picture and a short training; a partner goes through it. In German and in English.

use crate::house::Server;
use crate::support::{Browser, all_well};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_and_a_training_go_from_the_desk_to_a_partner_in_german() {
    from_the_desk(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_and_a_training_go_from_the_desk_to_a_partner_in_english() {
    from_the_desk(Lang::En).await;
}

async fn from_the_desk(lang: Lang) {
    let server = Server::start().await;
    let jana = server.db_member("Jana Petersen", Role::Manager, 0, lang).await;
    let id =
        jana.post("/api/v1/resources", json!({"kind": "training", "title": "Erste Schritte"})).await.expect(201).id();
    let file = server.dir.join("strand.png");
    let image = image::RgbImage::from_fn(640, 360, |x, y| image::Rgb([0, (x / 4) as u8, (y / 2) as u8]));
    image.save_with_format(&file, image::ImageFormat::Png).unwrap();

    let desk = Browser::of(&server, &jana, "material-desk", lang).await;
    desk.goto(&format!("/manage/library/{id}/material")).await;
    desk.see("#new-files-file").await.send_keys(file.display().to_string()).await.unwrap();
    desk.until("document.querySelector('#material input[name=files]')").await;
    desk.until("document.querySelector('.upload-list img')").await;
    all_well(&desk.inspect("uploaded").await);
    let section =
        "## Anfangen\nErst lesen.\n\n## Kennzeichnen\nIn der ersten Zeile.\n? Wo steht es?\n( ) am Ende\n(x) vorn";
    desk.run(
        "for (const name of ['sections_de', 'sections_en']) document.querySelector(`[name=${name}]`).value = arguments[0]",
        vec![json!(section)],
    )
    .await;
    desk.submit("#material").await;
    desk.read(&desk.word("material-saved")).await;
    all_well(&desk.inspect("saved").await);
    desk.quit().await;

    let uwe = server.db_member("Uwe Harms", Role::Member, 0, lang).await;
    let page = Browser::of(&server, &uwe, "material-partner", lang).await;
    page.goto("/library/training").await;
    all_well(&page.inspect("training").await);
    page.click("main .card-title a").await;
    page.read("Erst lesen.").await;
    page.until("[...document.querySelectorAll('.piece-view img')].some((i) => i.complete && i.naturalWidth > 0)").await;
    all_well(&page.inspect("material").await);
    page.click("#section-0 button[value=done]").await;
    page.until("document.querySelector('#section-0 .tag-ok')").await;
    page.click("#section-1 input[value='0']").await;
    page.click("#section-1 button[value=answer]").await;
    page.read(&page.word("material-quiz-this-wrong")).await;
    page.click("#section-1 input[value='1']").await;
    page.click("#section-1 button[value=answer]").await;
    page.until("document.querySelector('#section-1 .tag-ok')").await;
    page.goto(&format!("/library/{id}/print")).await;
    page.read("In der ersten Zeile.").await;
    all_well(&page.inspect("print").await);
    all_well(&page.complaints("").await);
    page.quit().await;
    server.stop().await;
}
