/// Decides whether a server whose quorum is lost may found a new one, and what is to be written for it. Knows
/// config only; pure.
///
/// No I/O, no process, no HTTP, no clock: time comes in as an [java.time.Instant] of the observer, best taken
/// from a clock that doesn't jump. What observes and what acts is built around these types:
///
/// ```
///  agent's API, EC2 API, data directory
///         │ observers
///         ▼                            ┌─▶ NotNeeded(why)
///       Facts ─▶ Planner.decide ─▶ Decision ─▶ Blocked(reason, next step)
///         ▲       (guards, in order)   └─▶ Recover(Plan: text, hash, peers.json)
///         │
///    ProofLedger ◀─ observe(EC2 round), learn(members): kept as text in the data directory
///
///  Machine.on(event) ─▶ next phase + effects (observe, log, stop, write, start, verify) ─▶ actors ─▶ events
///  Resume.after(journal) ─▶ what a start does about an application that was cut off
/// ```
///
/// - [Facts] is what is known at one moment; nothing in it is a conclusion. What is missing is missing, not
///   guessed.
/// - [ProofLedger] is the memory that outlives a restart: proofs of death, which instance a raft id was seen
///   on, how long EC2 was watched, until when the own log was complete. An observer feeds it every answer,
///   healthy or not.
/// - [Planner] turns facts into a [Decision]. Unknown is alive; the first guard that isn't satisfied decides.
/// - [Plan] is the same on every survivor, by hash; a person and the launcher apply the same one.
/// - [Machine] says when to look, when to act and what to log, at most once per change.
///
/// Terms: a *holder* is a server with raft state, voter or not; a *survivor* is a holder that isn't proven
/// dead; *blank* is a server without raft state. An instance is *proven dead* by [Proof] and by nothing else.
@NullMarked
package consul.launcher.recovery;

import org.jspecify.annotations.NullMarked;
