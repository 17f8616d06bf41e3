using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace StreamCoord.Protocol.Kafka.Generator;

/// <summary>Reads a description of an API: a request and a response, each a line with key and versions and then a line for every field, indented below its structure.</summary>
internal static class SchemaParser
{
    /// <summary>Reads the messages of a file.</summary>
    /// <exception cref="FormatException">A line is not one of a description.</exception>
    public static List<MessageSchema> Parse(string api, string text)
    {
        List<MessageSchema> messages = [];
        var open = new Stack<(int Indent, List<FieldSchema> Fields)>();
        using var lines = new StringReader(text);
        while (lines.ReadLine() is { } line)
        {
            string content = line.Trim();
            if (content.Length == 0 || content[0] == '#')
            {
                continue;
            }
            if (content.StartsWith("request ", StringComparison.Ordinal) || content.StartsWith("response ", StringComparison.Ordinal))
            {
                messages.Add(ParseHead(api, content));
                open.Clear();
                open.Push((-1, messages[messages.Count - 1].Fields));
                continue;
            }
            AddLine(messages[messages.Count - 1], open, line.Length - line.TrimStart().Length, content);
        }
        return messages;
    }

    private static MessageSchema ParseHead(string api, string line)
    {
        string[] words = line.Split(' ');
        if (words.Length != 7 || words[1] != "key" || words[3] != "versions" || words[5] != "flexible")
        {
            throw new FormatException($"'{line}' is not 'request|response key N versions A-B flexible C+|none'.");
        }
        string kind = words[0] == "request" ? "Request" : "Response";
        return new MessageSchema(api + kind, int.Parse(words[2], CultureInfo.InvariantCulture), VersionRange.Parse(words[4]), VersionRange.Parse(words[6]));
    }

    private static void AddLine(MessageSchema message, Stack<(int Indent, List<FieldSchema> Fields)> open, int indent, string line)
    {
        while (open.Peek().Indent >= indent)
        {
            open.Pop();
        }
        if (line.StartsWith("struct ", StringComparison.Ordinal))
        {
            open.Push((indent, Struct(message, line.Split(' ')[1]).Fields));
            return;
        }
        FieldSchema field = ParseField(line);
        open.Peek().Fields.Add(field);
        if (!Primitives.IsPrimitive(field.Type))
        {
            open.Push((indent, Struct(message, field.Type).Fields));
        }
    }

    // A structure may be described where it is used first, or apart.
    private static StructSchema Struct(MessageSchema message, string name)
    {
        StructSchema? known = message.Structs.FirstOrDefault(one => one.Name == name);
        if (known is null)
        {
            message.Structs.Add(known = new StructSchema(name));
        }
        return known;
    }

    private static FieldSchema ParseField(string line)
    {
        int colon = line.IndexOf(':');
        int bracket = line.LastIndexOf(" [", StringComparison.Ordinal);
        if (colon < 1 || bracket < colon || line[line.Length - 1] != ']')
        {
            throw new FormatException($"'{line}' is not 'Name: type [versions; …]'.");
        }
        string type = line.Substring(colon + 1, bracket - colon - 1).Trim();
        bool isArray = type.StartsWith("[]", StringComparison.Ordinal);
        string[] facts = line.Substring(bracket + 2, line.Length - bracket - 3).Split(';');
        var field = new FieldSchema
        {
            Name = line.Substring(0, colon),
            Type = isArray ? type.Substring(2) : type,
            IsArray = isArray,
            Versions = VersionRange.Parse(facts[0].Trim()),
        };
        foreach (string fact in facts.Skip(1))
        {
            Apply(field, fact.Trim().Split(' '));
        }
        return field;
    }

    private static void Apply(FieldSchema field, string[] fact)
    {
        switch (fact[0])
        {
            case "null":
                field.Nullable = VersionRange.Parse(fact[1]);
                break;
            case "tag":
                field.Tag = int.Parse(fact[1], CultureInfo.InvariantCulture);
                break;
            case "default":
                field.Default = fact[1];
                break;
            case "key":
                break;
            default:
                throw new FormatException($"'{fact[0]}' says nothing about a field.");
        }
    }
}
