/** The key that all requests of the benches are signed with, as HMAC-SHA256 of the raw body. */
export const SECRET = "a secret of the bench";
