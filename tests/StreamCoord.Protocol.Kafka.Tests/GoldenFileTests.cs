using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using StreamCoord.Testing;
using StreamCoord.Testing.Kafka;

namespace StreamCoord.Protocol.Kafka.Tests;

/// <summary>
/// Messages in Golden/messages.jsonl, in every version that another implementation knows, flexible ones too: requests as it writes them, responses as it reads them. With <c>STREAMCOORD_WRITE_GOLDEN=1</c> the file is made anew;
/// Golden/golden_messages.mjs says what that takes.
/// </summary>
public sealed class GoldenFileTests
{
    private const int Samples = 2;
    private const string Folder = "tests/StreamCoord.Protocol.Kafka.Tests/Golden";

    [Fact]
    public void Messages_OfAnotherImplementation_AreReadAndWrittenAlike()
    {
        string file = RepositoryFiles.PathOf($"{Folder}/messages.jsonl");
        if (Environment.GetEnvironmentVariable("STREAMCOORD_WRITE_GOLDEN") == "1")
        {
            File.WriteAllLines(file, Make());
        }
        List<string> differences = [];
        var seen = new HashSet<(int, string, int)>();
        foreach (string line in File.ReadLines(file))
        {
            JsonNode golden = JsonNode.Parse(line)!;
            (int api, string kind, short version) = ((int)golden["api"]!, (string)golden["kind"]!, (short)golden["version"]!);
            seen.Add((api, kind, version));
            Check(KafkaMessages.Find(api, kind, version)!, version, Convert.FromHexString((string)golden["bytes"]!), golden["fields"]!.AsObject(), differences);
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences.Distinct()));
        Assert.True(seen.Count > 300, $"Only {seen.Count} messages are known to both.");
    }

    private static void Check(Type type, short version, byte[] bytes, JsonObject fields, List<string> differences)
    {
        try
        {
            IKafkaBody message = KafkaMessages.Read(type, bytes, version);
            Compare(fields, message, $"{type.Name} v{version}", differences);
            if (!KafkaMessages.Write(message, version).AsSpan().SequenceEqual(bytes))
            {
                differences.Add($"{type.Name} v{version} is written otherwise");
            }
        }
        catch (KafkaFormatException refusal)
        {
            differences.Add($"{type.Name} v{version} is refused: {refusal.Message}");
        }
    }

    private static void Compare(JsonObject fields, object message, string where, List<string> differences)
    {
        foreach ((string name, JsonNode? value) in fields)
        {
            if (message.GetType().GetProperties().FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } property)
            {
                CompareValue(value, property.GetValue(message), $"{where} {property.Name}", differences);
            }
            else
            {
                differences.Add($"{where} has no {name}");
            }
        }
    }

    private static void CompareValue(JsonNode? golden, object? value, string where, List<string> differences)
    {
        if (golden is JsonObject fields && value is not null)
        {
            Compare(fields, value, where, differences);
        }
        else if (golden is JsonArray array && value is IList list && list.Count == array.Count)
        {
            for (int i = 0; i < list.Count; i++)
            {
                CompareValue(array[i], list[i], $"{where}[{i}]", differences);
            }
        }
        else if (Plain(golden) != Plain(ToJson(value)))
        {
            differences.Add($"{where}: {Plain(ToJson(value))} instead of {Plain(golden)}");
        }
    }

    // A UUID is text with dashes or without.
    private static string Plain(JsonNode? value) => value is null ? "null" : value.ToJsonString().Replace("-", "", StringComparison.Ordinal);

    private static List<string> Make()
    {
        var random = new RandomMessages(TestSeed.Next(), isFull: true);
        var lines = new List<string>();
        foreach (Type type in KafkaMessages.Types)
        {
            for (short version = KafkaMessages.VersionMinOf(type); version <= KafkaMessages.VersionMaxOf(type); version++)
            {
                for (int i = 0; i < Samples; i++)
                {
                    // Read again, so that nothing is in it that the version does not have.
                    byte[] bytes = KafkaMessages.Write((IKafkaBody)random.Make(type), version);
                    JsonNode fields = ToJson(KafkaMessages.Read(type, bytes, version))!;
                    lines.Add(new JsonObject { ["api"] = KafkaMessages.ApiKeyOf(type), ["kind"] = KafkaMessages.KindOf(type), ["version"] = version, ["bytes"] = Convert.ToHexStringLower(bytes), ["fields"] = fields }.ToJsonString());
                }
            }
        }
        return RunOther(lines);
    }

    private static List<string> RunOther(List<string> lines)
    {
        string input = Path.GetTempFileName();
        File.WriteAllLines(input, lines);
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("bash", ["-c", $"node '{RepositoryFiles.PathOf($"{Folder}/golden_messages.mjs")}' < '{input}'"]) { RedirectStandardOutput = true })!;
            var made = new List<string>();
            while (process.StandardOutput.ReadLine() is { } line)
            {
                made.Add(line);
            }
            process.WaitForExit();
            return process.ExitCode == 0 ? made : throw new InvalidOperationException($"node ended with code {process.ExitCode}.");
        }
        finally
        {
            File.Delete(input);
        }
    }

    private static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        bool flag => flag,
        sbyte or short or ushort or int or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        double number => number,
        long number => $"n:{number}",
        string text => $"s:{text}",
        Guid id => $"s:{id}",
        ReadOnlyMemory<byte> bytes => $"b:{Convert.ToHexStringLower(bytes.Span)}",
        IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(ToJson)]),
        _ => new JsonObject(value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => KeyValuePair.Create(JsonNamingPolicy.CamelCase.ConvertName(property.Name), ToJson(property.GetValue(value))))),
    };
}
