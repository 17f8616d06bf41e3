using System.Text;

namespace StreamCoord.Client;

/// <summary>What a session shows to prove who it is (ZooKeeper's addauth). Immutable.</summary>
/// <param name="Scheme">Such as <c>digest</c>.</param>
/// <param name="Secret">In the form of the scheme.</param>
public sealed record ZNodeCredentials(string Scheme, ReadOnlyMemory<byte> Secret)
{
    /// <summary>A user with a password, of the scheme <c>digest</c>.</summary>
    public static ZNodeCredentials Digest(string user, string password) => new("digest", Encoding.UTF8.GetBytes($"{user}:{password}"));
}
