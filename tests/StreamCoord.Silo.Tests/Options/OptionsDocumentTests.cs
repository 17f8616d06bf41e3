using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http;
using StreamCoord.Grains.Partitions;
using StreamCoord.Log;
using StreamCoord.Silo.Options;
using StreamCoord.Testing;
using StreamCoord.ZNodes;

namespace StreamCoord.Silo.Tests.Options;

/// <summary>
/// The page of options is made from what the silo reads: keys and defaults as it asks for them, ranges as the validators refuse, and
/// the first sentence of each option's own comment.
/// </summary>
public sealed partial class OptionsDocumentTests
{
    private static readonly string[] Assemblies = ["StreamCoord.Silo", "StreamCoord.Grains", "StreamCoord.Log", "StreamCoord.Gateway.Http", "StreamCoord.Gateway.Kafka", "StreamCoord.Gateway.ZooKeeper", "StreamCoord.Security", "StreamCoord.Abstractions"];

    [Fact]
    public void TheDocument_SaysWhatTheCodeSays()
    {
        var reader = new SettingsReader(new ConfigurationBuilder().Build());
        SiloOptionsSet.Read(reader);
        Dictionary<string, string> ranges = ReadRanges(reader);
        Dictionary<string, XElement> comments = ReadComments();
        var page = new StringBuilder();
        page.Append("""
            # Options

            Made from src/StreamCoord.Silo/Options; a test holds it. Every key stands below `StreamCoord` and is read from `appsettings.json` in the
            working directory, then from the environment (`StreamCoord__Http__Endpoint`), then from the command line
            (`--StreamCoord:Http:Endpoint=127.0.0.1:8081`); the last one wins. A wrong value or an unknown key stops the start with a sentence that
            says what is accepted. A change needs a restart. Beside them, `Logging:LogLevel:<category>` sets what is logged, and
            `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector of metrics and traces.

            | key | default | accepted | |
            |---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (Setting setting in reader.Known)
        {
            string accepted = ranges.GetValueOrDefault(setting.Key, setting.Accepted);
            page.Append(CultureInfo.InvariantCulture, $"| `{setting.Key}` | {setting.Default} | {accepted} | {Sentence(setting.Key, comments)} |\n");
        }
        Assert.Null(GeneratedDocument.Compare("docs/operating/configuration.md", page.ToString()));
    }

    /// <summary>What the validators of other projects say to values that no option takes.</summary>
    private static Dictionary<string, string> ReadRanges(SettingsReader known)
    {
        SiloOptionsSet wrong = SiloOptionsSet.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(known.Known
                .Where(setting => setting.Accepted.Contains($"{int.MinValue}", StringComparison.Ordinal) || setting.Accepted.Contains($"{long.MinValue}", StringComparison.Ordinal))
                .Select(setting => KeyValuePair.Create($"StreamCoord:{setting.Key}", (string?)"-1")))
            .Build());
        using ServiceProvider services = new ServiceCollection().AddPartitions("unused").BuildServiceProvider();
        IEnumerable<string> failures =
        [
            .. services.GetRequiredService<IValidateOptions<LogOptions>>().Validate(null, wrong.Log).Failures!,
            .. new HttpGatewayOptionsValidator().Validate(null, wrong.HttpGateway).Failures!,
        ];
        return failures.Select(failure => Failure.Match(failure)).ToDictionary(match => match.Groups["key"].Value, match => match.Groups["accepted"].Value);
    }

    private static Dictionary<string, XElement> ReadComments()
    {
        return Assemblies
            .SelectMany(assembly => XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{assembly}.xml")).Descendants("member"))
            .Where(member => member.Attribute("name")!.Value.StartsWith("P:", StringComparison.Ordinal) && member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => member.Element("summary")!);
    }

    private static string Sentence(string key, Dictionary<string, XElement> comments)
    {
        string name = key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..];
        Type options = key.Split(':')[0] switch
        {
            "Log" => typeof(LogOptions),
            "ZNodes" or "ZooKeeper" => typeof(ZNodeOptions),
            _ => typeof(HttpGatewayOptions),
        };
        XElement comment = comments.Values.FirstOrDefault(summary => summary.Element("c")?.Value == key && Text(summary).StartsWith($"{key}:", StringComparison.Ordinal))
            ?? comments[$"P:{options.FullName}.{name}"];
        string text = Text(comment);
        text = text.StartsWith($"{key}:", StringComparison.Ordinal) ? text[(key.Length + 2)..] : text;
        int end = text.IndexOf(". ", StringComparison.Ordinal);
        text = end < 0 ? text : text[..(end + 1)];
        return string.Concat(text[..1].ToUpperInvariant(), text.AsSpan(1));
    }

    private static string Text(XElement comment)
    {
        IEnumerable<string> parts = comment.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "see" } see => see.Attribute("cref")!.Value[(see.Attribute("cref")!.Value.LastIndexOf('.') + 1)..],
            XElement element => element.Value,
            _ => node.ToString(),
        });
        return Spaces.Replace(string.Concat(parts), " ").Trim();
    }

    [GeneratedRegex("^StreamCoord:(?<key>[A-Za-z:]+) is .*it takes (?<accepted>.+)\\.$")]
    private static partial Regex Failure { get; }

    [GeneratedRegex("\\s+")]
    private static partial Regex Spaces { get; }
}
