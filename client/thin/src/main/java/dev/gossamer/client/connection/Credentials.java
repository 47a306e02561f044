package dev.gossamer.client.connection;

/** Who the client says it is. */
public record Credentials(String user, String password) {
    public Credentials {
        if (user.isEmpty() || password.isEmpty()) {
            throw new IllegalArgumentException("a user and a password must not be empty");
        }
    }

    /** Never the password. */
    @Override
    public String toString() {
        return user + ":***";
    }
}
