package consul.launcher.architecture.planted.aws;

import okhttp3.OkHttpClient;

/// No violation: here is where it belongs.
public record MayTalkHttp(OkHttpClient client) {}
