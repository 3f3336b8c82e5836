package consul.launcher.architecture.planted.config;

import consul.launcher.architecture.planted.agent.KnowsEverything;

/// Against the flow, and with the way back a cycle.
public record KnowsTheAgent(KnowsEverything agent) {}
