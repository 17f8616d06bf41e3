using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using MicrosoftSourceText = Microsoft.CodeAnalysis.Text.SourceText;

namespace StreamCoord.Protocol.Kafka.Generator;

/// <summary>Makes a class with a reader and a writer of every message that a .kafka file describes.</summary>
[Generator]
public sealed class MessageGenerator : IIncrementalGenerator
{
    private static readonly DiagnosticDescriptor Malformed = new(
        "KAFKA001", "A message's description is malformed", "{0}: {1}", "Generation", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<(string Api, string Text)> descriptions = context.AdditionalTextsProvider
            .Where(file => file.Path.EndsWith(".kafka", StringComparison.Ordinal))
            .Select((file, stop) => (Path.GetFileNameWithoutExtension(file.Path), file.GetText(stop)?.ToString() ?? ""));
        context.RegisterSourceOutput(descriptions, (output, description) => Generate(output, description.Api, description.Text));
    }

    private static void Generate(SourceProductionContext output, string api, string text)
    {
        try
        {
            string source = string.Concat(SchemaParser.Parse(api, text).Select(message => new MessageEmitter(message).Emit()));
            output.AddSource(api + ".g.cs", MicrosoftSourceText.From(MessageEmitter.FileHead + source, Encoding.UTF8));
        }
        catch (FormatException failure)
        {
            output.ReportDiagnostic(Diagnostic.Create(Malformed, Location.None, api, failure.Message));
        }
    }
}
