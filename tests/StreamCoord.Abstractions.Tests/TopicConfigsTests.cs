using System.Text;
using StreamCoord.Testing;
using StreamCoord.Topics;

namespace StreamCoord.Abstractions.Tests;

public sealed class TopicConfigsTests
{
    [Fact]
    public void EveryDefault_IsLegal() =>
        Assert.Null(TopicConfigs.Check(TopicConfigs.All.Select(definition => KeyValuePair.Create(definition.Name, definition.Default))));

    [Theory]
    [InlineData("retention.ms", "-1", true)]
    [InlineData("retention.ms", "-2", false)]
    [InlineData("retention.ms", "9223372036854775807", true)]
    [InlineData("retention.ms", "9223372036854775808", false)]
    [InlineData("retention.ms", "1.5", false)]
    [InlineData("retention.ms", "", false)]
    [InlineData("segment.bytes", "14", true)]
    [InlineData("segment.bytes", "13", false)]
    [InlineData("segment.bytes", "2147483648", false)]
    [InlineData("min.cleanable.dirty.ratio", "0.25", true)]
    [InlineData("min.cleanable.dirty.ratio", "1.01", false)]
    [InlineData("min.cleanable.dirty.ratio", "NaN", false)]
    [InlineData("cleanup.policy", "compact, delete", true)]
    [InlineData("cleanup.policy", "compact,forget", false)]
    [InlineData("cleanup.policy", "", false)]
    [InlineData("compression.type", "zstd", true)]
    [InlineData("compression.type", "ZSTD", false)]
    [InlineData("no.such.config", "1", false)]
    public void Check_AcceptsExactlyTheLegalValues(string name, string value, bool legal)
    {
        string? problem = TopicConfigs.Check([KeyValuePair.Create(name, value)]);
        Assert.Equal(legal, problem is null);
        Assert.True(legal || problem!.Contains(name, StringComparison.Ordinal), problem);
    }

    [Fact]
    public void TheDocument_SaysWhatTheCodeSays()
    {
        var page = new StringBuilder();
        page.Append("""
            # Topic configurations

            Made from src/StreamCoord.Abstractions/Topics/TopicConfigs.cs; a test holds it. Names, defaults and ranges are Apache Kafka's, but for
            the two `flush.` ones, which make an acknowledged record durable on one machine. Every one is honoured; a name that is not here is refused.

            | name | default | accepted | |
            |---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (TopicConfigDefinition definition in TopicConfigs.All)
        {
            page.Append("| `").Append(definition.Name).Append("` | ").Append(definition.Default).Append(" | ").Append(definition.Accepted).Append(" | ")
                .Append(definition.Documentation).Append(" |\n");
        }
        Assert.Null(GeneratedDocument.Compare("docs/operating/topic-configs.md", page.ToString()));
    }
}
