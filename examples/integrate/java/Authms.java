import com.google.api.client.auth.openidconnect.IdToken;
import com.google.api.client.json.gson.GsonFactory;
import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;

/** What a web application needs of authms: redeem a ticket, verify a token, refresh, sign out. */
final class Authms {
    static final String URL = System.getenv("AUTHMS_URL"); // the issuer, byte for byte
    static final String CLIENT_ID = System.getenv("CLIENT_ID");
    static final String CLIENT_SECRET = System.getenv("CLIENT_SECRET");

    /** The last try begins within the 10 seconds in which a refresh can be repeated. */
    static final int TRIES = 3;
    static final Duration TIMEOUT = Duration.ofSeconds(3);
    static final long LONGEST_WAIT = 1000;

    /** authms said no: asking again changes nothing. */
    static final class Refused extends Exception {}

    /** No answer that counts: the outcome is unknown, or it is too early. */
    static final class Unavailable extends Exception {}

    /** What a redemption and a refresh answer. */
    record Tokens(String access_token, String refresh_token, int expires_in) {}

    static final HttpClient CALLER =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
    private static final Gson JSON = new Gson();

    /** Asks again after a 5xx, a broken connection or silence; each of our requests is safe to repeat. */
    private static Tokens post(String path, Map<String, String> body, String... headers)
            throws Refused, Unavailable, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(URL + "/api/v1" + path))
                .timeout(TIMEOUT)
                .headers(headers)
                .POST(HttpRequest.BodyPublishers.ofString(JSON.toJson(body)))
                .build();
        long wait = 0;
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Thread.sleep(Math.min(wait, LONGEST_WAIT));
            wait = 100L << attempt;
            try {
                var answer = CALLER.send(request, BodyHandlers.ofString());
                if (answer.statusCode() == 200) return JSON.fromJson(answer.body(), Tokens.class);
                if (answer.statusCode() == 429) throw new Unavailable();
                if (answer.statusCode() < 500) throw new Refused();
                var after = answer.headers().firstValue("Retry-After").filter(text -> text.matches("\\d{1,9}"));
                wait = Math.max(wait, 1000 * Long.parseLong(after.orElse("0")));
            } catch (IOException | JsonParseException lost) {
                // No answer, or half of one: whether it was done is unknown.
            }
        }
        throw new Unavailable();
    }

    /** Trades the ticket for tokens. The Idempotency-Key is new for each redemption and kept over its retries. */
    static Tokens redeem(String ticket, String verifier) throws Refused, Unavailable, InterruptedException {
        var credentials = (CLIENT_ID + ":" + CLIENT_SECRET).getBytes(StandardCharsets.UTF_8);
        return post("/auth/ticket/signin", Map.of("ticket", ticket, "verifier", verifier),
                "Content-Type", "application/json",
                "Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials),
                "Idempotency-Key", random());
    }

    /** The next pair of tokens; the former refresh token is used up. */
    static Tokens refresh(Tokens tokens) throws Refused, Unavailable, InterruptedException {
        return post("/auth/refresh", refreshToken(tokens), "Content-Type", "application/json");
    }

    /** Ends the session at authms; either token is enough. */
    static void logout(Tokens tokens) throws Refused, Unavailable, InterruptedException {
        post("/auth/logout", refreshToken(tokens),
                "Content-Type", "application/json",
                "Authorization", "Bearer " + tokens.access_token());
    }

    /** A session on somebody's behalf has none. */
    private static Map<String, String> refreshToken(Tokens tokens) {
        return tokens.refresh_token() == null ? Map.of() : Map.of("refresh_token", tokens.refresh_token());
    }

    /** The claims of an access token that authms issued for this client, or null. */
    static IdToken.Payload verify(String token) throws Unavailable, InterruptedException {
        try {
            var parsed = IdToken.parse(GsonFactory.getDefaultInstance(), token);
            var header = parsed.getHeader();
            var claims = parsed.getPayload();
            boolean ours = "at+jwt".equals(header.getType())
                    && "ES256".equals(header.getAlgorithm()) // the only one, whatever the token itself says
                    && URL.equals(claims.getIssuer())
                    && claims.getAudienceAsList().contains(CLIENT_ID)
                    && claims.getSubject() != null
                    && parsed.verifyExpirationTime(System.currentTimeMillis(), 60);
            var key = ours ? Keys.find(header.getKeyId()) : null;
            return key != null && parsed.verifySignature(key) ? claims : null;
        } catch (IOException | GeneralSecurityException | RuntimeException malformed) {
            return null;
        }
    }

    /** 256 bits that nobody can guess. */
    static String random() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    private Authms() {}
}
