//! `kill -9`: the real binary dies a hundred times while clients send. What was acknowledged is there once, in order,
//! and resuming finds no hole.

use crate::support::{Node, Person, check, join_foyer, stored};
use std::time::Duration;

const DEATHS: usize = 100;
const SENDERS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_sudden_deaths_lose_nothing_and_show_nothing_twice() {
    let dir = Node::folder();
    Node::create_admin(&dir);
    let node = Node::start(&dir);
    let ruth = node.ruth().await;
    let room = join_foyer(&[&ruth]).await;
    let mut people = Vec::new();
    for n in 0..SENDERS {
        people.push(Person::new(&n.to_string(), &ruth, room, &[&node.base]).await);
    }
    node.kill();
    let mut death = 0;
    // A busy machine gets few messages through before a death: it dies more often, until enough of them were acknowledged.
    while death < DEATHS || (death < 5 * DEATHS && acked(&people) <= DEATHS) {
        let node = Node::start(&dir);
        let mut lives = tokio::task::JoinSet::new();
        for mut person in people.drain(..) {
            person.bases = vec![node.base.clone()];
            lives.spawn(async move {
                person.live_once().await;
                person
            });
        }
        // The moment of death is the test's input, spread over connecting, resuming, sending and committing.
        tokio::time::sleep(Duration::from_millis(20 + (death as u64 * 37) % 180)).await;
        node.kill();
        while let Some(person) = lives.join_next().await {
            people.push(person.unwrap());
        }
        death += 1;
    }
    let node = Node::start(&dir);
    let ruth = node.ruth().await;
    let all = stored(&ruth, room).await;
    assert_eq!(
        all.keys().copied().collect::<Vec<_>>(),
        (1..=all.len() as i64).collect::<Vec<_>>(),
        "a hole in the log"
    );
    for person in &mut people {
        person.bases = vec![node.base.clone()];
        person.listen(all.len() as i64).await;
    }
    check(&people, &all);
    assert!(acked(&people) > DEATHS, "only {} messages got through", acked(&people));
    node.kill();
    let _ = std::fs::remove_dir_all(&dir);
}

fn acked(people: &[Person]) -> usize {
    people.iter().map(|p| p.acked.len()).sum()
}
