import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** authms's public keys. The library's own loader stumbles over keys of other algorithms in the set; this passes by. */
final class Keys {
    private static final long FRESH = 300; // seconds: what authms's Cache-Control says
    private static final long COOLDOWN = 30; // so that invented kids make no traffic

    private record Key(String kid, String alg, String crv, String x, String y) {}

    private record KeySet(List<Key> keys) {}

    private static Map<String, PublicKey> known = Map.of();
    private static long fetched;

    /** The key of that kid, or null; fetches the set when it is old, or the kid is new to us. */
    static synchronized PublicKey find(String kid) throws Authms.Unavailable, InterruptedException {
        long now = System.nanoTime() / 1_000_000_000;
        if (known.isEmpty() || now - fetched > FRESH
                || !known.containsKey(kid) && now - fetched > COOLDOWN) {
            known = fetch();
            fetched = now;
        }
        return known.get(kid);
    }

    private static Map<String, PublicKey> fetch() throws Authms.Unavailable, InterruptedException {
        var location = URI.create(Authms.URL + "/.well-known/jwks.json");
        try {
            var request = HttpRequest.newBuilder(location).timeout(Authms.TIMEOUT).build();
            var answer = Authms.CALLER.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) throw new Authms.Unavailable();
            var keys = new HashMap<String, PublicKey>();
            for (var key : new Gson().fromJson(answer.body(), KeySet.class).keys()) {
                if ("ES256".equals(key.alg()) && "P-256".equals(key.crv())) keys.put(key.kid(), read(key));
            }
            return keys;
        } catch (IOException | GeneralSecurityException | JsonParseException failed) {
            throw new Authms.Unavailable();
        }
    }

    private static PublicKey read(Key key) throws GeneralSecurityException {
        var parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        var point = new ECPoint(number(key.x()), number(key.y()));
        var curve = parameters.getParameterSpec(ECParameterSpec.class);
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, curve));
    }

    private static BigInteger number(String text) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(text));
    }

    private Keys() {}
}
