using System.Text;
using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper;

/// <summary>How many bytes fields take. Pure.</summary>
public static class JuteSize
{
    /// <summary>A byte.</summary>
    public const int Byte = 1;

    /// <summary>A boolean.</summary>
    public const int Boolean = 1;

    /// <summary>An int, a length or a count.</summary>
    public const int Int = sizeof(int);

    /// <summary>A long, a zxid or a session's id.</summary>
    public const int Long = sizeof(long);

    /// <summary>A Stat.</summary>
    public const int Stat = (6 * Long) + (5 * Int);

    /// <summary>A text with its length.</summary>
    public static int OfString(string? value) => Int + (value is null ? 0 : Encoding.UTF8.GetByteCount(value));

    /// <summary>Bytes with their length.</summary>
    public static int OfBuffer(ReadOnlyMemory<byte>? value) => Int + (value?.Length ?? 0);

    /// <summary>Texts with their count.</summary>
    public static int OfStrings(IReadOnlyList<string>? values)
    {
        int size = Int;
        for (int i = 0; i < (values?.Count ?? 0); i++)
        {
            size = checked(size + OfString(values![i]));
        }
        return size;
    }

    /// <summary>An access control list with its count.</summary>
    public static int OfAcl(IReadOnlyList<AclEntry>? entries)
    {
        int size = Int;
        for (int i = 0; i < (entries?.Count ?? 0); i++)
        {
            size = checked(size + Int + OfString(entries![i].Scheme) + OfString(entries[i].Id));
        }
        return size;
    }

    /// <summary>Who a client is, with the count.</summary>
    public static int OfIdentities(IReadOnlyList<AuthIdentity>? identities)
    {
        int size = Int;
        for (int i = 0; i < (identities?.Count ?? 0); i++)
        {
            size = checked(size + OfString(identities![i].Scheme) + OfString(identities[i].Id));
        }
        return size;
    }
}
