using System.Globalization;

namespace StreamCoord;

/// <summary>A session of the znode tree. Opaque to clients; the upper 8 bits are the node that the session was opened through.</summary>
/// <param name="Value">0 stands for "no session".</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.SessionId")]
public readonly record struct SessionId([property: Id(0)] long Value)
{
    /// <summary>No session. Value 0.</summary>
    public static readonly SessionId None = new(0);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SessionId session)
    {
        bool isZxidLike = Zxid.TryParse(text, out Zxid number);
        session = new SessionId(number.Value);
        return isZxidLike;
    }

    /// <summary>As ZooKeeper prints it: <c>0x</c> and hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Value:x}");
}
