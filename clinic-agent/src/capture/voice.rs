//! The synthetic microphone: something like speech, so that level meters, voice detectors and echo cancellers behave as with a person.
//!
//! A pulse train at the pitch of a voice goes through two resonances (formants) that change with each syllable; syllables come four a second, in
//! phrases with pauses between; a consonant of noise begins each.

/// Samples a second.
pub(super) const RATE: u32 = 48_000;

const SYLLABLE: f32 = 0.24;
/// Syllables in a phrase, and with the pause after it.
const PHRASE: (u32, u32) = (9, 12);
const VOWELS: [(f32, f32); 5] = [(730.0, 1090.0), (530.0, 1840.0), (270.0, 2290.0), (570.0, 840.0), (300.0, 870.0)];

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Voice {
    sample: u64,
    phase: f32,
    noise: u32,
    formants: [Resonance; 2],
}

#[derive(Debug, Default)]
struct Resonance {
    y1: f32,
    y2: f32,
}

impl Resonance {
    fn step(&mut self, x: f32, frequency: f32, bandwidth: f32) -> f32 {
        let r = (-std::f32::consts::PI * bandwidth / RATE as f32).exp();
        let c = 2.0 * r * (std::f32::consts::TAU * frequency / RATE as f32).cos();
        let y = x * (1.0 - r) + c * self.y1 - r * r * self.y2;
        (self.y2, self.y1) = (self.y1, y);
        y
    }
}

impl Voice {
    /// The next samples.
    pub(super) fn fill(&mut self, out: &mut [i16]) {
        for sample in out {
            // Bent, not cut, where it gets loud.
            *sample = (self.next().tanh() * 20_000.0) as i16;
        }
    }

    fn next(&mut self) -> f32 {
        let time = self.sample as f32 / RATE as f32;
        self.sample = (self.sample + 1) % (u64::from(RATE) * 3600);
        let syllable = (time / SYLLABLE) as u32;
        let within = (time / SYLLABLE).fract();
        if syllable % PHRASE.1 >= PHRASE.0 {
            // A breath between phrases: nearly silent, not digital zero.
            return self.hiss() * 0.004;
        }
        let envelope = (within * std::f32::consts::PI).sin().powf(0.6);
        let pitch = 118.0 + 22.0 * (time * 1.7).sin() - 14.0 * within;
        self.phase += pitch / RATE as f32;
        let pulse = if self.phase >= 1.0 {
            self.phase -= 1.0;
            1.0
        } else {
            0.0
        };
        let (f1, f2) = VOWELS[(syllable.wrapping_mul(2_654_435_761) >> 16) as usize % VOWELS.len()];
        let breath = self.hiss() * 0.01;
        let [first, second] = &mut self.formants;
        let voiced = first.step(pulse * 60.0 + breath, f1, 90.0) + 0.6 * second.step(pulse * 60.0 + breath, f2, 120.0);
        let consonant = if within < 0.15 { self.hiss() * 0.12 } else { 0.0 };
        (voiced * 0.5 + consonant) * envelope
    }

    fn hiss(&mut self) -> f32 {
        self.noise = self.noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.noise >> 8) as f32 / (1u32 << 23) as f32 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_speaks_and_pauses_and_never_clips() {
        let mut voice = Voice::default();
        let levels: Vec<f64> = (0..400)
            .map(|_| {
                let mut frame = [0i16; 960];
                voice.fill(&mut frame);
                assert!(frame.iter().all(|sample| sample.abs() < 30_000));
                (frame.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / 960.0).sqrt()
            })
            .collect();
        let loud = levels.iter().filter(|level| **level > 800.0).count();
        let quiet = levels.iter().filter(|level| **level < 100.0).count();
        assert!(loud > 150, "{loud}");
        assert!(quiet > 40, "{quiet}");
    }
}
