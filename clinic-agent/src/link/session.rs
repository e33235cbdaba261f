//! Which connections make up the session with the relay, and which of them holds its control stream. Pure.
//!
//! The first connection says `hello` and has control. Each further path joins by the name that `welcome` gave. When the path with control is lost or silent and another
//! is not, that one takes over: the session goes on, and with it the call. It ends with its last connection.

use super::PathId;

/// What a connection that was just made says first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// `hello`: there is no session.
    Hello,
    /// `join`, by this name.
    Join(String),
    /// Nothing: the relay takes one connection of a box, and has it.
    Stay,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The relay answered `hello`, with the session's name if it takes more connections.
    Welcomed(PathId, Option<String>),
    /// It answered `join`.
    Joined(PathId, String),
    /// A connection is gone.
    Lost(PathId),
    /// Nothing comes by a path any more.
    Silent(PathId),
    /// Something comes again.
    Heard(PathId),
}

/// What has to be done, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The session begins, on this path.
    Up(PathId),
    /// Say `take_control` on this path: its stream is the session's from here on.
    Take {
        /// Which.
        path: PathId,
        /// Counts up.
        turn: u32,
    },
    /// Everything is gone.
    Down,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    token: Option<String>,
    control: Option<PathId>,
    turn: u32,
    /// Paths with a connection, and whether they are silent.
    live: Vec<(PathId, bool)>,
}

impl Session {
    /// What the next connection says.
    pub fn entry(&self) -> Entry {
        match (&self.token, self.live.is_empty()) {
            (_, true) => Entry::Hello,
            (Some(token), false) => Entry::Join(token.clone()),
            (None, false) => Entry::Stay,
        }
    }

    /// The path whose control stream is the session's.
    pub const fn control(&self) -> Option<PathId> {
        self.control
    }

    /// Takes one event.
    pub fn handle(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Welcomed(path, token) => {
                *self = Self { token, control: Some(path), turn: 0, live: vec![(path, false)] };
                vec![Effect::Up(path)]
            }
            Event::Joined(path, token) => {
                let orphaned = self.live.is_empty();
                self.live.push((path, false));
                if orphaned {
                    // The others went while this one joined; the relay waits a while for somebody to take over.
                    self.token = Some(token);
                    let take = self.take(path);
                    return vec![take, Effect::Up(path)];
                }
                Vec::new()
            }
            Event::Lost(path) => {
                self.live.retain(|(live, _)| *live != path);
                if self.control != Some(path) {
                    return Vec::new();
                }
                let next = self.speaking().or_else(|| self.live.first().map(|(live, _)| *live));
                match next {
                    Some(next) => vec![self.take(next)],
                    None => {
                        (self.token, self.control) = (None, None);
                        vec![Effect::Down]
                    }
                }
            }
            Event::Silent(path) => {
                self.mark(path, true);
                let next = self.speaking().filter(|_| self.control == Some(path));
                next.map(|next| self.take(next)).into_iter().collect()
            }
            Event::Heard(path) => {
                self.mark(path, false);
                let silent = self.control.is_some_and(|control| self.live.contains(&(control, true)));
                if silent { vec![self.take(path)] } else { Vec::new() }
            }
        }
    }

    fn mark(&mut self, path: PathId, silent: bool) {
        self.live.iter_mut().filter(|(live, _)| *live == path).for_each(|live| live.1 = silent);
    }

    /// The first path by which something comes.
    fn speaking(&self) -> Option<PathId> {
        self.live.iter().find(|(_, silent)| !silent).map(|(path, _)| *path)
    }

    fn take(&mut self, path: PathId) -> Effect {
        self.control = Some(path);
        self.turn += 1;
        Effect::Take { path, turn: self.turn }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: PathId = PathId(0);
    const B: PathId = PathId(1);
    const C: PathId = PathId(2);

    fn both() -> Session {
        let mut session = Session::default();
        assert_eq!(session.entry(), Entry::Hello);
        assert_eq!(session.handle(Event::Welcomed(A, Some("s".into()))), [Effect::Up(A)]);
        assert_eq!(session.entry(), Entry::Join("s".into()));
        assert_eq!(session.handle(Event::Joined(B, "s".into())), []);
        session
    }

    #[test]
    fn the_session_goes_on_over_the_path_that_lives_and_ends_with_the_last() {
        let mut session = both();
        assert_eq!(session.handle(Event::Lost(A)), [Effect::Take { path: B, turn: 1 }]);
        assert_eq!(session.handle(Event::Joined(A, "s".into())), []);
        assert_eq!(session.control(), Some(B), "it stays where it is");
        assert_eq!(session.handle(Event::Lost(A)), []);
        assert_eq!(session.handle(Event::Lost(B)), [Effect::Down]);
        assert_eq!((session.entry(), session.control()), (Entry::Hello, None));
    }

    #[test]
    fn control_leaves_a_silent_path_for_one_that_is_not() {
        let mut session = both();
        assert_eq!(session.handle(Event::Silent(A)), [Effect::Take { path: B, turn: 1 }]);
        assert_eq!(session.handle(Event::Silent(B)), [], "both are silent: nobody is better");
        assert_eq!(session.handle(Event::Heard(A)), [Effect::Take { path: A, turn: 2 }]);
        assert_eq!(session.handle(Event::Heard(B)), []);
    }

    #[test]
    fn a_relay_that_takes_one_connection_is_asked_for_one() {
        let mut session = Session::default();
        session.handle(Event::Welcomed(B, None));
        assert_eq!(session.entry(), Entry::Stay);
        session.handle(Event::Lost(B));
        assert_eq!(session.entry(), Entry::Hello);
    }

    #[test]
    fn who_joined_as_the_others_went_takes_over() {
        let mut session = both();
        session.handle(Event::Lost(B));
        session.handle(Event::Lost(A));
        assert_eq!(session.handle(Event::Joined(C, "s".into())), [Effect::Take { path: C, turn: 1 }, Effect::Up(C)]);
    }

    proptest! {
        /// Whatever comes and goes: control is on a live path as long as there is one, and turns count up.
        #[test]
        fn control_is_always_on_a_live_path(script in prop::collection::vec((0u8..3, 0u8..4), 1..200)) {
            let (mut session, mut last) = (Session::default(), 0);
            for (path, what) in script {
                let path = PathId(path);
                let live = session.live.iter().any(|(live, _)| *live == path);
                let event = match (what, live) {
                    (0, false) => match session.entry() {
                        Entry::Hello => { last = 0; Event::Welcomed(path, Some("s".into())) }
                        Entry::Join(token) => Event::Joined(path, token),
                        Entry::Stay => continue,
                    },
                    (1, true) => Event::Lost(path),
                    (2, true) => Event::Silent(path),
                    (3, true) => Event::Heard(path),
                    _ => continue,
                };
                for effect in session.handle(event) {
                    if let Effect::Take { path, turn } = effect {
                        prop_assert!(turn > last && session.control() == Some(path));
                        last = turn;
                    }
                }
                let on_live = session.control().is_some_and(|control| session.live.iter().any(|(live, _)| *live == control));
                prop_assert_eq!(on_live, !session.live.is_empty());
            }
        }
    }
}
