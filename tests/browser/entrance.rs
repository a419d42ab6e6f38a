//! The doors: set-up of the first admin, login, errors, the style guide.

use crate::house::Server;
use crate::support::{Browser, all_well};
use kontor::accounts::actions::setup_link;
use kontor::i18n::Lang;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admin_sets_the_house_up_and_logs_in_again_in_german() {
    first_admin(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admin_sets_the_house_up_and_logs_in_again_in_english() {
    first_admin(Lang::En).await;
}

async fn first_admin(lang: Lang) {
    let server = Server::start().await;
    let link = setup_link(server.house()).await.unwrap().unwrap();
    let path = link.split_once("/setup/").map(|(_, t)| format!("/setup/{t}")).unwrap();
    let ruth = Browser::open(&server, "setup", lang).await;
    ruth.goto(&path).await;
    assert_eq!(ruth.run("return document.documentElement.lang", vec![]).await, lang.code());
    ruth.fill("email", "ruth@example.org").await;
    ruth.fill("name", "Ruth Okafor").await;
    ruth.fill("password", "correct horse battery").await;
    ruth.submit("main form").await;
    ruth.until("!location.pathname.startsWith('/setup')").await;
    ruth.driver.delete_all_cookies().await.unwrap();
    ruth.goto("/login").await;
    ruth.fill("email", "ruth@example.org").await;
    ruth.fill("password", "a wrong password").await;
    ruth.submit("main form").await;
    ruth.see("main .error, main .banner-bad").await;
    ruth.shot("login-wrong").await;
    all_well(&ruth.axe(&[]).await);
    ruth.fill("password", "correct horse battery").await;
    ruth.submit("main form").await;
    ruth.until("location.pathname === '/'").await;
    ruth.quit().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn doors_errors_and_the_style_guide_are_well_made_in_german() {
    doors(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn doors_errors_and_the_style_guide_are_well_made_in_english() {
    doors(Lang::En).await;
}

async fn doors(lang: Lang) {
    let server = Server::start().await;
    let visitor = Browser::open(&server, "visitor", lang).await;
    let mut wrong = visitor.examine("/login", "").await;
    wrong.extend(visitor.examine("/nowhere", "404").await);
    wrong.extend(visitor.examine("/styleguide", "").await);
    visitor.quit().await;
    server.stop().await;
    all_well(&wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_needs_javascript_to_come_in() {
    let server = Server::start().await;
    let visitor = Browser::open(&server, "plain", Lang::De).await.without_scripts().await;
    visitor.goto("/login").await;
    visitor.fill("email", "nobody@example.org").await;
    visitor.fill("password", "something else").await;
    visitor.submit("main form").await;
    visitor.see("main .error, main .banner-bad").await;
    visitor.quit().await;
    server.stop().await;
}
