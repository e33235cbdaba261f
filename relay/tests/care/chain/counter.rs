//! What the pharmacies' counters, the hospital and the home do about what went wrong: discrepancies, batches that are called back, units in quarantine. And what
//! the pharmacies' own systems hear of all of it.

use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::machines::discrepancy::{Resolution, State as Task};
use yunzhen_domain::machines::recall::State as RecallState;
use yunzhen_domain::machines::recall_home;
use yunzhen_domain::records::{Discrepancy, Recall, StockReason};
use yunzhen_relay::app::pharmacy_api;
use yunzhen_relay::app::views::discrepancies::ResolveBody;
use yunzhen_relay::app::views::pharmacy_api::EventsQuery;
use yunzhen_relay::app::views::recalls::AnswerRecallBody;
use yunzhen_relay::app::views::stock::StockStep;
use yunzhen_relay::seed;
use yunzhen_store::{Paging, discrepancies, recalls, stock};

use super::commands::Command;
use super::{BATCHES, Chain, DRUGS, Sent};

impl Chain {
    pub async fn at_the_counter(&mut self) -> Option<Sent> {
        match self.dice.below(6) {
            0 if self.dice.one_in(3) => {
                let request = self.w.by(&self.w.pharmacist);
                Some(Sent { command: Command::Recall(BATCHES[self.dice.below(2)]), request })
            }
            0 | 1 => self.free().await,
            2 => self.find().await,
            3 => self.shelve().await,
            _ => self.settle().await,
        }
    }

    pub async fn stored_recalls(&self) -> Vec<Recall> {
        let mut db = self.w.app.store.read().await.expect("read");
        let mut all = Vec::new();
        for id in &self.recalls {
            all.extend(recalls::get(&mut db, *id).await.expect("query"));
        }
        all
    }

    async fn free(&mut self) -> Option<Sent> {
        let all = self.stored_recalls().await;
        let open: Vec<&Recall> = all.iter().filter(|one| one.state != RecallState::Withdrawn).collect();
        let one = *self.dice.of(&open)?;
        Some(Sent { command: Command::Free(one.id, one.version), request: self.w.by(&self.w.pharmacist) })
    }

    /// The home has found all of it.
    async fn find(&mut self) -> Option<Sent> {
        let id = *self.dice.of(&self.recalls)?;
        let mut db = self.w.app.store.read().await.expect("read");
        let home = recalls::home(&mut db, id, seed::HOME_1).await.expect("query")?;
        drop(db);
        if home.state != recall_home::State::Asked && !self.dice.one_in(4) {
            return None;
        }
        let (version, set_apart) = (home.version, home.supplied);
        let body = AnswerRecallBody { version, set_apart, given: 0, note: None, counted_again: false };
        Some(Sent { command: Command::Find(id, body), request: self.w.by(&self.w.nurse) })
    }

    /// What is in quarantine was examined and goes back to the shelf, where it may.
    async fn shelve(&mut self) -> Option<Sent> {
        let own = self.dice.one_in(2);
        let person = if own { &self.w.pharmacy } else { &self.w.other_pharmacy };
        let pharmacy = person.actor.pharmacy_id().expect("a pharmacy");
        let mut found = Vec::new();
        let mut db = self.w.app.store.read().await.expect("read");
        for drug in DRUGS {
            found.extend(stock::list(&mut db, pharmacy, Some(&DrugId(drug.into()))).await.expect("stock"));
        }
        drop(db);
        found.retain(|batch| batch.units.quarantined > 0);
        found.sort_by(|a, b| (&a.drug_id.0, a.batch.as_str()).cmp(&(&b.drug_id.0, b.batch.as_str())));
        let batch = self.dice.of(&found)?;
        let quantity = u32::try_from(batch.units.quarantined).expect("a small number");
        let step = StockStep {
            version: batch.version,
            quantity,
            quarantined: true,
            reason: StockReason::Examined,
            comment: None,
        };
        let person = if own { &self.w.pharmacy } else { &self.w.other_pharmacy };
        Some(Sent { command: Command::Shelve(batch.id, step), request: self.w.by(person) })
    }

    async fn settle(&mut self) -> Option<Sent> {
        let mut db = self.w.app.store.read().await.expect("read");
        let filter = discrepancies::Filter { states: vec![Task::Open], ..Default::default() };
        let open = discrepancies::list(&mut db, &filter, Paging::oldest(100)).await.expect("tasks").items;
        drop(db);
        let task: &Discrepancy = self.dice.of(&open)?;
        let resolution = Resolution::ALL[self.dice.below(Resolution::ALL.len())];
        let body = ResolveBody { version: task.version, resolution, note: None };
        let own = Some(task.pharmacy_id) == self.w.pharmacy.actor.pharmacy_id();
        let person = if own { &self.w.pharmacy } else { &self.w.other_pharmacy };
        Some(Sent { command: Command::Settle(task.id, body), request: self.w.by(person) })
    }

    /// The systems ask what is new, now and then.
    pub async fn listen(&mut self) {
        for n in 0..self.systems.len() {
            if self.dice.one_in(7) {
                let after = self.events[n].last().cloned();
                let (new, next) = self.told(n, after).await;
                // Where it goes on stands last.
                self.events[n].pop();
                self.events[n].extend(new);
                self.events[n].push(next);
            }
        }
    }

    async fn told(&self, n: usize, mut after: Option<String>) -> (Vec<String>, String) {
        let mut all = Vec::new();
        loop {
            let query = EventsQuery { after: after.clone() };
            let page = pharmacy_api::events(&self.w.app, &self.w.of(self.systems[n]), query).await.expect("a page");
            all.extend(page.items.into_iter().map(|event| format!("{} {}", event.id, event.kind)));
            if !page.more {
                return (all, page.next);
            }
            after = Some(page.next);
        }
    }

    /// Nothing that a system hears piece by piece is lost or told twice, over every stop of the program.
    pub async fn heard_at_once_as_piece_by_piece(&mut self) {
        for n in 0..self.systems.len() {
            let after = self.events[n].pop();
            let (rest, _) = self.told(n, after).await;
            self.events[n].extend(rest);
            let (whole, _) = self.told(n, None).await;
            assert_eq!(self.events[n], whole, "what a pharmacy's system hears");
            assert!(!whole.is_empty());
        }
    }
}
