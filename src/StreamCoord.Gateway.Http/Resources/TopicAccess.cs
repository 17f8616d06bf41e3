using StreamCoord.Gateway.Http.Errors;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>Which topics' records clients may read. Safe for concurrent use.</summary>
internal sealed class TopicAccess(ZNodeOptions options)
{
    /// <summary>The topic in the path, whose records may be read.</summary>
    public string Readable(HttpContext context)
    {
        string name = RequestParameters.Topic(context);
        RequireReadable(name);
        return name;
    }

    /// <summary>Refuses a topic whose records nobody may read.</summary>
    public void RequireReadable(string name)
    {
        if (name == IZNodeTreeGrain.TreeName && !options.TopicReadable)
        {
            RequestException.Throw(GatewayErrors.Of(ErrorCode.TopicAuthorizationFailed,
                $"The topic '{name}' shows the data of all znodes, whatever their access control lists say. It is read only where StreamCoord:ZNodes:{nameof(ZNodeOptions.TopicReadable)} is true."));
        }
    }
}
