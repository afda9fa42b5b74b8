import com.google.gson.Gson;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** Application B: signs its users in with tickets that the portal hands over. */
final class App {
    static final long RENEW_BEFORE = 60; // seconds before the access token ends

    // SameSite=None: the portal's form comes from another site. Behind https call them __Host-handover, __Host-session.
    static final String HANDOVER = "handover=%s; Path=/; HttpOnly; Secure; SameSite=None; Max-Age=%d";
    static final String SESSION = "session=%s; Path=/; HttpOnly; Secure; SameSite=Lax";

    /** By cookie; a real application keeps them where all of its processes find them. */
    static final Map<String, Session> SESSIONS = new ConcurrentHashMap<>();

    /** Our own session: the tokens never reach the browser. */
    static final class Session {
        Authms.Tokens tokens;
        String subject;
        long renewAt;

        synchronized void take(Authms.Tokens fresh) throws Authms.Refused, Authms.Unavailable, InterruptedException {
            // A second factor is asked for: sign in again.
            if (fresh.access_token() == null) throw new Authms.Refused();
            var claims = Authms.verify(fresh.access_token());
            if (claims == null) throw new Authms.Unavailable();
            tokens = fresh;
            subject = claims.getSubject();
            // By our own clock: expires_in is right even where the clocks disagree.
            renewAt = System.nanoTime() / 1_000_000_000 + fresh.expires_in() - RENEW_BEFORE;
        }

        /** One refresh at a time, however many tabs ask. */
        synchronized String renewed() throws Exception {
            if (System.nanoTime() / 1_000_000_000 >= renewAt) take(Authms.refresh(tokens));
            return subject;
        }

        synchronized void end() throws Exception {
            Authms.logout(tokens);
        }
    }

    static void home(HttpExchange exchange) throws Exception {
        var cookie = cookie(exchange, "session");
        var session = SESSIONS.get(cookie);
        try {
            if (session == null) throw new Authms.Refused();
            var button = "<form method=\"post\" action=\"/logout\"><button>Sign out</button></form>";
            answer(exchange, 200, "Signed in as " + session.renewed() + ". " + button);
        } catch (Authms.Refused over) {
            SESSIONS.remove(cookie);
            answer(exchange, 401, "Not signed in. <a href=\"/start\">Sign in</a>");
        }
    }

    /** Ties what the portal hands over to this browser: only it holds the verifier. */
    static void start(HttpExchange exchange) throws Exception {
        var verifier = Authms.random();
        var hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
        var proof = Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        redirect(exchange, System.getenv("PORTAL_URL") + "/handover?proof=" + proof, HANDOVER.formatted(verifier, 300));
    }

    static void signin(HttpExchange exchange) throws Exception {
        var verifier = cookie(exchange, "handover");
        if (verifier.isEmpty()) {
            answer(exchange, 400, "This sign-in was not begun here. <a href=\"/start\">Sign in</a>");
            return;
        }
        var form = new String(exchange.getRequestBody().readNBytes(4096), StandardCharsets.US_ASCII);
        var ticket = form.startsWith("ticket=") ? URLDecoder.decode(form.substring(7), StandardCharsets.UTF_8) : "";
        try {
            var session = new Session();
            session.take(Authms.redeem(ticket, verifier));
            var cookie = Authms.random(); // always a new one
            SESSIONS.put(cookie, session);
            redirect(exchange, "/", SESSION.formatted(cookie), HANDOVER.formatted("", 0));
        } catch (Authms.Refused refused) {
            answer(exchange, 400, "This link does not work any more. <a href=\"/start\">Sign in</a>");
        }
    }

    static void logout(HttpExchange exchange) throws Exception {
        var session = SESSIONS.remove(cookie(exchange, "session")); // here at once, whatever authms answers
        try {
            if (session != null) session.end();
        } catch (Authms.Refused over) {
            // It had ended already.
        }
        redirect(exchange, "/", SESSION.formatted("") + "; Max-Age=0");
    }

    /** For callers that bring an access token themselves: nobody is asked, the token is verified here. */
    static void whoami(HttpExchange exchange) throws Exception {
        var header = exchange.getRequestHeaders().getFirst("Authorization");
        var claims = Authms.verify(header != null && header.startsWith("Bearer ") ? header.substring(7) : "");
        if (claims == null) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
            answer(exchange, 401, "no valid token");
        } else {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            answer(exchange, 200, new Gson().toJson(Map.of("sub", claims.getSubject())));
        }
    }

    static void route(HttpExchange exchange) throws IOException {
        try {
            switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
                case "GET /" -> home(exchange);
                case "GET /start" -> start(exchange);
                case "GET /api/whoami" -> whoami(exchange);
                case "POST /signin" -> signin(exchange);
                case "POST /logout" -> logout(exchange);
                default -> answer(exchange, 404, "nothing here");
            }
        } catch (Exception unavailable) {
            answer(exchange, 503, "try again in a moment");
        }
    }

    static String cookie(HttpExchange exchange, String name) {
        var header = exchange.getRequestHeaders().getFirst("Cookie");
        for (var pair : (header == null ? "" : header).split("; *")) {
            if (pair.startsWith(name + "=")) return pair.substring(name.length() + 1);
        }
        return "";
    }

    static void redirect(HttpExchange exchange, String to, String... cookies) throws IOException {
        for (var cookie : cookies) exchange.getResponseHeaders().add("Set-Cookie", cookie);
        exchange.getResponseHeaders().set("Location", to);
        answer(exchange, 303, "");
    }

    static void answer(HttpExchange exchange, int status, String text) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.putIfAbsent("Content-Type", List.of("text/html; charset=utf-8"));
        headers.set("Cache-Control", "no-store");
        headers.set("Referrer-Policy", "no-referrer");
        var body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    public static void main(String[] arguments) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(System.getenv("PORT")));
        var server = HttpServer.create(address, 0);
        server.createContext("/", App::route);
        server.setExecutor(Executors.newFixedThreadPool(32));
        server.start();
    }
}
