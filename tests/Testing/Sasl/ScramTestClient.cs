using System.Security.Cryptography;
using System.Text;

namespace StreamCoord.Testing.Sasl;

/// <summary>A client of SCRAM, written from RFC 5802 without a line of the server's.</summary>
/// <param name="hash">SHA256 or SHA512.</param>
/// <param name="user">The user.</param>
/// <param name="password">The password.</param>
public sealed class ScramTestClient(HashAlgorithmName hash, string user, string password)
{
    public const string Nonce = "fyko+d2lbbFgONRv9qkxdawL";

    private string _conversation = "";
    private byte[] _salted = [];

    /// <summary>What is put before both nonces in the final message.</summary>
    public string NoncePrefix { get; init; } = "";

    public string First => $"n,,{Bare}";

    private string Bare => $"n={user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={Nonce}";

    public string Final(string serverFirst)
    {
        Dictionary<string, string> parts = serverFirst.Split(',').ToDictionary(part => part[..1], part => part[2..]);
        int size = hash == HashAlgorithmName.SHA256 ? 32 : 64;
        _salted = Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(parts["s"]), int.Parse(parts["i"], System.Globalization.CultureInfo.InvariantCulture), hash, size);
        string withoutProof = $"c=biws,r={NoncePrefix}{parts["r"]}";
        _conversation = $"{Bare},{serverFirst},{withoutProof}";
        byte[] clientKey = Hmac(_salted, "Client Key");
        byte[] signature = Hmac(CryptographicOperations.HashData(hash, clientKey), _conversation);
        return $"{withoutProof},p={Convert.ToBase64String([.. clientKey.Zip(signature, (a, b) => (byte)(a ^ b))])}";
    }

    public bool IsServer(string serverFinal) => serverFinal == $"v={Convert.ToBase64String(Hmac(Hmac(_salted, "Server Key"), _conversation))}";

    private byte[] Hmac(byte[] key, string text) => CryptographicOperations.HmacData(hash, key, Encoding.UTF8.GetBytes(text));
}
