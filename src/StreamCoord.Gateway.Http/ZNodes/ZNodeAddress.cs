using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>
/// Where a znode stands in the address of a request. The path is taken from the request line as the client sent it: the web server's own idea of a path has
/// dot segments taken out, and would make <c>DELETE /v1/znodes/a/..</c> a request for the root.
/// </summary>
internal static class ZNodeAddress
{
    private const string Prefix = "/v1/znodes";

    /// <summary>The znode's path, percent-decoded once. It need not be a legal one.</summary>
    public static string PathOf(HttpContext context)
    {
        ReadOnlySpan<char> address = AddressPath(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        if (!address.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || (address.Length > Prefix.Length && address[Prefix.Length] != '/'))
        {
            RequestException.Throw(ZNodeErrors.BadArguments($"The address of a znode is {Prefix} and its path, without anything to be resolved before it."));
        }
        return address.Length == Prefix.Length ? "/" : Decode(address[Prefix.Length..]);
    }

    /// <summary>The address of a znode, percent-encoded.</summary>
    public static string Of(string path) => Prefix + string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>The path in a request target, which may be a whole URL.</summary>
    private static ReadOnlySpan<char> AddressPath(string target)
    {
        ReadOnlySpan<char> path = target;
        int query = path.IndexOf('?');
        path = query < 0 ? path : path[..query];
        int scheme = path.IndexOf("://", StringComparison.Ordinal);
        if (path.StartsWith('/') || scheme < 0)
        {
            return path;
        }
        path = path[(scheme + 3)..];
        int slash = path.IndexOf('/');
        return slash < 0 ? "/" : path[slash..];
    }

    private static string Decode(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[text.Length];
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                bytes[count++] = char.IsAscii(text[i]) ? (byte)text[i] : throw Undecodable();
            }
            else if (i + 2 < text.Length && byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                bytes[count++] = value;
                i += 2;
            }
            else
            {
                throw Undecodable();
            }
        }
        ReadOnlySpan<byte> decoded = bytes.AsSpan(0, count);
        return Utf8.IsValid(decoded) ? Encoding.UTF8.GetString(decoded) : throw Undecodable();
    }

    private static RequestException Undecodable() => new(ZNodeErrors.BadArguments("The znode's path is not percent-encoded UTF-8."));
}
