using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StreamCoord.Coordination.Acls;

/// <summary>
/// The addresses that an <c>ip</c> entry names: <c>address</c> or <c>address/bits</c>. IPv4 is read as leniently as ZooKeeper does; an IPv4 address in
/// IPv6 form is the IPv4 address.
/// </summary>
internal readonly record struct IpRange
{
    private const int V4Bits = 32;
    private const int V6Bits = 128;

    private readonly UInt128 _address;
    private readonly int _widthBits;
    private readonly int _prefixBits;

    private IpRange(UInt128 address, int widthBits, int prefixBits) => (_address, _widthBits, _prefixBits) = (address, widthBits, prefixBits);

    public static bool TryParse(ReadOnlySpan<char> text, out IpRange range)
    {
        range = default;
        int slash = text.IndexOf('/');
        if (!TryParseAddress(slash < 0 ? text : text[..slash], out UInt128 address, out int widthBits))
        {
            return false;
        }
        int prefixBits = widthBits;
        if (slash >= 0 && (!TryParseNumber(text[(slash + 1)..], out prefixBits) || prefixBits < 0 || prefixBits > widthBits))
        {
            return false;
        }
        range = new IpRange(address, widthBits, prefixBits);
        return true;
    }

    /// <summary>True when the address, with or without the zone of a link-local one, lies in the range.</summary>
    public bool Contains(ReadOnlySpan<char> addressText)
    {
        int zone = addressText.IndexOf('%');
        return TryParseAddress(zone < 0 ? addressText : addressText[..zone], out UInt128 address, out int widthBits)
            && widthBits == _widthBits
            && (_prefixBits == 0 || (address ^ _address) >> (widthBits - _prefixBits) == 0);
    }

    private static bool TryParseAddress(ReadOnlySpan<char> text, out UInt128 address, out int widthBits)
    {
        bool isV6 = text.Contains(':');
        widthBits = isV6 ? V6Bits : V4Bits;
        return isV6 ? TryParseV6(text, out address, ref widthBits) : TryParseV4(text, out address);
    }

    private static bool TryParseV4(ReadOnlySpan<char> text, out UInt128 address)
    {
        uint value = 0;
        int parts = 0;
        foreach (Range part in text.Split('.'))
        {
            if (!TryParseNumber(text[part], out int number) || number is < 0 or > 255)
            {
                address = 0;
                return false;
            }
            value = value << 8 | (uint)number;
            parts++;
        }
        address = value;
        return parts == 4;
    }

    private static bool TryParseV6(ReadOnlySpan<char> text, out UInt128 address, ref int widthBits)
    {
        address = 0;
        if (text.ContainsAny('%', '[') || !IPAddress.TryParse(text, out IPAddress? parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }
        Span<byte> bytes = stackalloc byte[V6Bits / 8];
        parsed.TryWriteBytes(bytes, out _);
        address = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        if (parsed.IsIPv4MappedToIPv6)
        {
            address = (uint)address;
            widthBits = V4Bits;
        }
        return true;
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
