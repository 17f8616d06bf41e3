namespace StreamCoord.Security;

/// <summary>What a pattern allows or denies to whom. Immutable.</summary>
/// <param name="Principal">Who, as <c>User:alice</c>; <c>User:*</c> is everybody.</param>
/// <param name="Host">From which address; <see cref="AnyHost"/> is every one.</param>
/// <param name="Operation">What; <see cref="AclOperation.All"/> is everything.</param>
/// <param name="Permission">Whether it is allowed or denied.</param>
public sealed record AclRule(string Principal, string Host, AclOperation Operation, AclEffect Permission)
{
    /// <summary>The host that stands for all.</summary>
    public const string AnyHost = "*";

    private static readonly string Everybody = Security.Principal.Everybody.ToString();

    /// <summary>Whether it speaks of somebody's doing this very operation.</summary>
    public bool Covers(string principal, string host, AclOperation operation) =>
        (Operation == operation || Operation == AclOperation.All) && IsAbout(principal, host);

    /// <summary>Whether it speaks of somebody at all.</summary>
    public bool IsAbout(string principal, string host) => (Principal == principal || Principal == Everybody) && (Host == AnyHost || Host == host);
}
