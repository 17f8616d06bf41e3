using StreamCoord.Testing;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace StreamCoord.Silo.Tests.Deploy;

/// <summary>A place in a YAML document of the repository, with anchors and merges resolved. Immutable.</summary>
internal sealed class YamlFile
{
    private readonly string _where;
    private readonly object? _value;

    private YamlFile(string where, object? value) => (_where, _value) = (where, value);

    /// <summary>The text of a scalar.</summary>
    public string Text => _value as string ?? throw Unexpected("a text");

    /// <summary>What a sequence holds.</summary>
    public IEnumerable<YamlFile> Items => (_value as List<object?> ?? throw Unexpected("a sequence")).Select((item, i) => new YamlFile($"{_where}[{i}]", item));

    /// <summary>What a mapping holds.</summary>
    public IEnumerable<(string Name, YamlFile Value)> Children => Mapping.Select(entry => ((string)entry.Key, new YamlFile($"{_where}.{entry.Key}", entry.Value)));

    /// <summary>A mapping of texts to texts.</summary>
    public IEnumerable<KeyValuePair<string, string>> Texts => Children.Select(child => KeyValuePair.Create(child.Name, child.Value.Text));

    private Dictionary<object, object?> Mapping => _value as Dictionary<object, object?> ?? throw Unexpected("a mapping");

    /// <summary>What a mapping has under a name.</summary>
    public YamlFile this[string name] => Find(name) ?? throw Unexpected($"something called {name}");

    /// <summary>An item of a sequence.</summary>
    public YamlFile this[int index] => Items.ElementAt(index);

    /// <summary>The documents in a file.</summary>
    /// <param name="path">From the repository's root.</param>
    public static IReadOnlyList<YamlFile> Read(string path)
    {
        using StreamReader text = File.OpenText(RepositoryFiles.PathOf(path));
        var parser = new MergingParser(new Parser(text));
        IDeserializer deserializer = new DeserializerBuilder().Build();
        var documents = new List<YamlFile>();
        parser.Consume<YamlDotNet.Core.Events.StreamStart>();
        while (parser.Accept<YamlDotNet.Core.Events.DocumentStart>(out _))
        {
            documents.Add(new YamlFile(path, deserializer.Deserialize<object?>(parser)));
        }
        return documents;
    }

    /// <summary>What a mapping has under a name, or null.</summary>
    public YamlFile? Find(string name) => Mapping.TryGetValue(name, out object? value) ? new YamlFile($"{_where}.{name}", value) : null;

    private InvalidDataException Unexpected(string expected) => new($"{_where} is not {expected}.");
}
