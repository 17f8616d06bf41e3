using System.Globalization;
using System.Text.Json;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>
/// Reads the body of POST /v1/znodes:multi, <c>{"ops":[…]}</c>, token by token, so that the limits on operations and bytes hold before memory is taken for
/// them. Used by one request.
/// </summary>
internal ref struct MultiBody
{
    private readonly ZNodeOptions _options;
    private readonly List<WriteOperation> _operations = [];
    private Utf8JsonReader _json;
    private long _bytes;

    private MultiBody(ReadOnlySpan<byte> json, ZNodeOptions options)
    {
        _json = new Utf8JsonReader(json);
        _options = options;
    }

    /// <summary>The operations.</summary>
    /// <exception cref="RequestException">The body has another form, or is beyond a limit.</exception>
    public static IReadOnlyList<WriteOperation> Read(ReadOnlySpan<byte> json, ZNodeOptions options)
    {
        var body = new MultiBody(json, options);
        try
        {
            return body.ReadAll();
        }
        catch (JsonException exception)
        {
            throw new RequestException(FailureTranslation.InvalidJson(exception) with { Code = nameof(ZNodeError.MarshallingError) });
        }
        catch (InvalidOperationException)
        {
            throw Malformed("a text is not valid UTF-8 or UTF-16.");
        }
    }

    /// <summary>The word for an operation.</summary>
    public static string WordOf(WriteOperation operation) => operation switch
    {
        CreateOperation => "create",
        SetDataOperation => "set",
        DeleteOperation => "delete",
        _ => "check",
    };

    private List<WriteOperation> ReadAll()
    {
        bool isMulti = _json.Read() && _json.TokenType == JsonTokenType.StartObject
            && _json.Read() && _json.TokenType == JsonTokenType.PropertyName && _json.ValueTextEquals("ops"u8)
            && _json.Read() && _json.TokenType == JsonTokenType.StartArray;
        if (!isMulti)
        {
            throw Malformed("""it is {"ops":[…]}.""");
        }
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_operations.Count == _options.MultiOperationsMax)
            {
                throw new RequestException(ZNodeErrors.TooLarge(
                    $"A multi has at most {_options.MultiOperationsMax} operations (StreamCoord:ZNodes:{nameof(ZNodeOptions.MultiOperationsMax)}). Send less at a time."));
            }
            _operations.Add(ReadOperation().ToOperation(_operations.Count));
        }
        if (!_json.Read() || _json.TokenType != JsonTokenType.EndObject || _json.Read())
        {
            throw Malformed("""it has one member, "ops".""");
        }
        return _operations;
    }

    private MultiEntry ReadOperation()
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            throw Malformed($"operation {_operations.Count} is not an object.");
        }
        var entry = new MultiEntry();
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            string member = _json.GetString()!;
            _json.Read();
            switch (member)
            {
                case "op":
                    entry.Op = Text(member);
                    break;
                case "path":
                    Count(_json.ValueSpan.Length);
                    entry.Path = Text(member);
                    break;
                case "mode":
                    entry.Mode = Text(member);
                    break;
                case "data_base64":
                    entry.Data = Data();
                    break;
                case "version":
                    entry.Version = _json.TokenType == JsonTokenType.Number && _json.TryGetInt32(out int version) ? version : throw WrongMember(member);
                    break;
                case "ttl_ms":
                    entry.TtlMs = _json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out long ttlMs) ? ttlMs : throw WrongMember(member);
                    break;
                case "acl":
                    entry.Acl = Acl(member);
                    break;
                default:
                    throw WrongMember(member);
            }
        }
        return entry;
    }

    private readonly string Text(string member) => _json.TokenType == JsonTokenType.String ? _json.GetString()! : throw WrongMember(member);

    private byte[]? Data()
    {
        if (_json.TokenType == JsonTokenType.Null)
        {
            return null;
        }
        ReadOnlySpan<byte> base64 = _json.ValueSpan;
        int bytes = (base64.Length / 4 * 3) - (base64.Length - base64.TrimEnd((byte)'=').Length);
        if (bytes > _options.DataBytesMax)
        {
            throw new RequestException(ZNodeErrors.TooLarge(
                $"Operation {_operations.Count} has more than {_options.DataBytesMax} bytes of data (StreamCoord:ZNodes:{nameof(ZNodeOptions.DataBytesMax)})."));
        }
        Count(bytes);
        return _json.TokenType == JsonTokenType.String && _json.TryGetBytesFromBase64(out byte[]? data) ? data : throw WrongMember("data_base64");
    }

    private List<AclEntry> Acl(string member)
    {
        var acl = new List<AclEntry>();
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            throw WrongMember(member);
        }
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            acl.Add(AclText.Parse(Text(member)));
        }
        return acl;
    }

    private void Count(int bytes)
    {
        _bytes += bytes;
        if (_bytes > _options.MultiBytesMax)
        {
            throw new RequestException(ZNodeErrors.TooLarge(string.Create(CultureInfo.InvariantCulture,
                $"A multi has at most {_options.MultiBytesMax} bytes of paths and data (StreamCoord:ZNodes:{nameof(ZNodeOptions.MultiBytesMax)}). Send less at a time.")));
        }
    }

    private readonly RequestException WrongMember(string member) => Malformed($"the member '{member}' of operation {_operations.Count} does not exist or has a wrong value.");

    private static RequestException Malformed(string reason) => new(ZNodeErrors.Of(ZNodeError.MarshallingError, $"The body of the multi cannot be used: {reason}"));
}
