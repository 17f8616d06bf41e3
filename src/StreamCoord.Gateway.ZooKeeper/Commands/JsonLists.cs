using System.Text.Json.Nodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>Lists under names, as commands answer them. Pure.</summary>
internal static class JsonLists
{
    /// <summary>A member for every list.</summary>
    public static JsonObject Of<T>(IEnumerable<IGrouping<string, T>> lists) =>
        new(lists.Select(list => KeyValuePair.Create<string, JsonNode?>(list.Key, new JsonArray([.. list.Select(entry => JsonValue.Create(entry))]))));
}
