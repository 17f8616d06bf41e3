using System.Globalization;
using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>Reads the parts of a request's address; what is wrong is refused by name, with what is accepted.</summary>
internal static class RequestParameters
{
    /// <summary>The topic in the path: a legal name.</summary>
    public static string Topic(HttpContext context)
    {
        string name = Route(context, "topic");
        if (TopicName.Check(name) is { } problem)
        {
            RequestException.Throw(GatewayErrors.Of(ErrorCode.InvalidTopicException, problem));
        }
        return name;
    }

    /// <summary>The topic in the path, which clients may write to, configure and delete: none that the service keeps for itself.</summary>
    public static string WritableTopic(HttpContext context)
    {
        string name = Topic(context);
        if (TopicName.IsInternal(name))
        {
            RequestException.Throw(GatewayErrors.Of(ErrorCode.InvalidTopicException,
                $"'{name}' is a topic that the service keeps for itself: clients cannot write to it, configure it or delete it."));
        }
        return name;
    }

    /// <summary>The partition in the path.</summary>
    public static int Partition(HttpContext context)
    {
        string text = Route(context, "partition");
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int partition))
        {
            RequestException.Throw(GatewayErrors.InvalidRequest($"The partition '{text}' is not a number from 0 to {int.MaxValue}."));
        }
        return partition;
    }

    /// <summary>The group in the path. Groups may have any name: a slash in it comes as %2F, which the web server leaves as it is.</summary>
    public static string Group(HttpContext context) => Name(context, "group");

    /// <summary>A name in the path that may hold a slash, likewise.</summary>
    public static string Name(HttpContext context, string name) => Route(context, name).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>A part of the path.</summary>
    public static string Route(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    /// <summary>A number in the query.</summary>
    public static int Number(HttpContext context, string name, int @default, int min, int max)
    {
        string? text = Query(context, name);
        if (text is null)
        {
            return @default;
        }
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < min || number > max)
        {
            RequestException.Throw(GatewayErrors.InvalidRequest($"The parameter {name} is '{text}': it takes a number from {min} to {max}."));
        }
        return number;
    }

    /// <summary>A parameter of the query, or null.</summary>
    public static string? Query(HttpContext context, string name)
    {
        Microsoft.Extensions.Primitives.StringValues values = context.Request.Query[name];
        if (values.Count > 1)
        {
            RequestException.Throw(GatewayErrors.InvalidRequest($"The parameter {name} is given {values.Count} times; give it once."));
        }
        return values.Count == 0 ? null : values[0];
    }
}
