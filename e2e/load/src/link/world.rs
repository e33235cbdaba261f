//! One run of a case: boxes, links, far ends and what competes, in steps of a millisecond.

use std::rc::Rc;
use std::time::Duration;

use yunzhen_netem::cases::{Case, Direction, Flow};
use yunzhen_netem::tcp::{ACK, SEGMENT};
use yunzhen_netem::{Address, Arrival, Ecn, Envelope, Link};

use super::packet::{Packet, wire};
use super::programs::Program;
use super::receiver::{Played, Receiver};
use super::sender::Sender;
use super::traffic::Source;

const STEP: Duration = Duration::from_millis(1);
/// How often it is looked at what goes on.
pub const SAMPLE: Duration = Duration::from_millis(100);

/// What went on in [`SAMPLE`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Sample {
    pub target_bps: u32,
    pub frames_per_second: u32,
    /// Of media, that came.
    pub bits: u64,
    /// Longest wait at the bottleneck of what came.
    pub waited: Duration,
}

/// What one flow of media came to.
pub struct FlowOutcome {
    pub flow: Flow,
    pub shown: Vec<Played>,
    pub heard: Vec<Played>,
    pub samples: Vec<Sample>,
    /// Waits at the bottleneck, of each packet that came.
    pub waits: Vec<Duration>,
    pub sent: u64,
    pub came: u64,
}

/// What one run came to.
pub struct Outcome {
    pub flows: Vec<FlowOutcome>,
    /// Bytes of each competing flow in each second, and whether it is without end.
    pub traffic: Vec<(bool, Vec<u64>)>,
}

struct Stream {
    sender: Sender,
    receiver: Receiver,
    on: bool,
    outcome: FlowOutcome,
    sample: Sample,
}

struct World {
    links: Vec<Link<Packet>>,
    /// Of who moves.
    addresses: Vec<Address>,
    /// Where who stays last heard each link's other end.
    known: Vec<Address>,
    streams: Vec<Stream>,
    sources: Vec<Source>,
}

/// Runs a case with this program in each flow.
pub fn run(case: &Case, seed: u64, program: Program) -> Outcome {
    let links = case.links.len();
    let stream = |(index, flow): (usize, &Flow)| Stream {
        sender: Sender::new(program, links, seed * 31 + index as u64, flow.start),
        receiver: Receiver::new(links),
        on: false,
        outcome: FlowOutcome {
            flow: flow.clone(),
            shown: Vec::new(),
            heard: Vec::new(),
            samples: Vec::new(),
            waits: Vec::new(),
            sent: 0,
            came: 0,
        },
        sample: Sample::default(),
    };
    let sources = case.traffic.iter().enumerate().map(|(index, kind)| Source::new(kind, seed * 77 + index as u64));
    let mut world = World {
        links: case.links.iter().zip(0u64..).map(|(link, index)| Link::new(link.clone(), seed * 13 + index)).collect(),
        addresses: vec![Address::default(); links],
        known: vec![Address::default(); links],
        streams: case.media.iter().enumerate().map(stream).collect(),
        sources: sources.collect(),
    };
    let mut traffic: Vec<Vec<u64>> = vec![Vec::new(); world.sources.len()];
    let mut now = Duration::ZERO;
    while now < case.length {
        now += STEP;
        world.step(now);
        if now.as_millis().is_multiple_of(SAMPLE.as_millis()) {
            world.sample(now);
        }
        if now.as_millis().is_multiple_of(1000) {
            for (bytes, source) in traffic.iter_mut().zip(&world.sources) {
                bytes.push(source.bytes() - bytes.iter().sum::<u64>());
            }
        }
    }
    let finish = |stream: Stream| FlowOutcome {
        shown: stream.receiver.shown,
        heard: stream.receiver.heard.into_values().collect(),
        ..stream.outcome
    };
    Outcome {
        flows: world.streams.into_iter().map(finish).collect(),
        traffic: world.sources.iter().map(Source::is_long).zip(traffic).collect(),
    }
}

impl World {
    fn step(&mut self, now: Duration) {
        for link in 0..self.links.len() {
            self.arrivals(now, link);
            let address = self.links[link].address(now);
            if let Some(address) = address.filter(|address| *address != self.addresses[link]) {
                self.addresses[link] = address;
                for stream in self.streams.iter_mut().filter(|stream| stream.outcome.flow.direction == Direction::Up) {
                    stream.sender.new_path(link);
                }
            }
        }
        for index in 0..self.sources.len() {
            for number in self.sources[index].poll(now) {
                let flow = self.sources[index].flow.clone();
                self.send(now, 0, flow.direction, SEGMENT, flow.further, Packet::Transfer { index, number });
            }
        }
        for flow in 0..self.streams.len() {
            self.media(now, flow);
        }
    }

    fn media(&mut self, now: Duration, flow: usize) {
        let stream = &mut self.streams[flow];
        let on = stream.outcome.flow.is_on(now);
        if on && !stream.on {
            stream.sender.pause(now);
        }
        stream.on = on;
        let departures = if on { stream.sender.poll(now) } else { Vec::new() };
        let feedbacks = stream.receiver.poll(now, stream.sender.round_trip(now));
        let Flow { direction, further, .. } = stream.outcome.flow;
        for departure in departures {
            self.streams[flow].outcome.sent += 1;
            let size = wire(&departure.datagram);
            let packet = Packet::Media { flow, number: departure.number, datagram: departure.datagram };
            self.send(now, departure.link, direction, size, further, packet);
        }
        for (link, feedback) in feedbacks {
            let size = feedback.size();
            let packet = Packet::Feedback { flow, feedback: Rc::new(feedback) };
            self.send(now, link, back(direction), size, further, packet);
        }
    }

    fn send(&mut self, now: Duration, link: usize, to: Direction, size: usize, further: Duration, packet: Packet) {
        let envelope = Envelope { size, ecn: Ecn::NotEct, further };
        match to {
            Direction::Up => self.links[link].send_up(now, envelope, packet),
            Direction::Down => self.links[link].send_down(now, self.known[link], envelope, packet),
        }
    }

    fn arrivals(&mut self, now: Duration, link: usize) {
        while let Some(Arrival { at, waited, size, ecn, packet: (from, packet) }) = self.links[link].poll_up(now) {
            self.known[link] = self.known[link].max(from);
            self.arrived(now, link, Arrival { at, waited, size, ecn, packet });
        }
        while let Some(arrival) = self.links[link].poll_down(now) {
            self.arrived(now, link, arrival);
        }
    }

    fn arrived(&mut self, now: Duration, link: usize, arrival: Arrival<Packet>) {
        let Arrival { at, waited, size, ecn, packet } = arrival;
        match packet {
            Packet::Media { flow, number, datagram } => {
                let stream = &mut self.streams[flow];
                stream.outcome.came += 1;
                stream.outcome.waits.push(waited);
                stream.sample.bits += size as u64 * 8;
                stream.sample.waited = stream.sample.waited.max(waited);
                stream.receiver.datagram(link, number, &Arrival { at, waited, size, ecn, packet: () }, datagram);
            }
            Packet::Feedback { flow, feedback } => self.streams[flow].sender.feedback(now, link, &feedback),
            Packet::Transfer { index, number } => {
                let Flow { direction, further, .. } = self.sources[index].flow;
                self.send(now, link, back(direction), ACK, further, Packet::Acknowledged { index, number, ecn });
            }
            Packet::Acknowledged { index, number, ecn } => self.sources[index].on_ack(now, number, ecn),
        }
    }

    fn sample(&mut self, now: Duration) {
        for stream in &mut self.streams {
            let mut sample = std::mem::take(&mut stream.sample);
            if stream.on {
                sample.target_bps = stream.sender.target_bps(now);
                sample.frames_per_second = stream.sender.frames_per_second();
            }
            stream.outcome.samples.push(sample);
        }
    }
}

const fn back(direction: Direction) -> Direction {
    match direction {
        Direction::Up => Direction::Down,
        Direction::Down => Direction::Up,
    }
}
