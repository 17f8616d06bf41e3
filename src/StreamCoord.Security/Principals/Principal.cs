namespace StreamCoord.Security;

/// <summary>Who somebody is, as access control lists name them: <c>User:alice</c>. Immutable.</summary>
/// <param name="Type">The kind; everybody who authenticates here is a <c>User</c>.</param>
/// <param name="Name">The name; may hold anything, also colons.</param>
public sealed record Principal(string Type, string Name)
{
    /// <summary>The only kind that authentication yields.</summary>
    public const string UserType = "User";

    /// <summary>Whoever has not authenticated (Kafka's <c>KafkaPrincipal.ANONYMOUS</c>).</summary>
    public static Principal Anonymous { get; } = User("ANONYMOUS");

    /// <summary>Everybody, in an access control list.</summary>
    public static Principal Everybody { get; } = User("*");

    /// <summary>A user.</summary>
    public static Principal User(string name) => new(UserType, name);

    /// <summary>Reads <c>Type:name</c>; null when the text has not that form.</summary>
    public static Principal? TryParse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < text.Length - 1 ? new Principal(text[..colon], text[(colon + 1)..]) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Type}:{Name}";
}
