using System.Text.RegularExpressions;

namespace StreamCoord.Architecture.Tests;

/// <summary>Metrics are the same in the code, on the page for operators, in the dashboard and in the alerts, by the names that Prometheus has for them.</summary>
public sealed partial class MetricNamesTests
{
    private const string Page = "docs/operating/README.md";
    private const string Dashboard = "deploy/grafana/streamcoord.json";
    private const string Alerts = "deploy/prometheus/alerts.yaml";

    [Fact]
    public void EveryMetric_StandsOnThePage_AndIsShownOrAlertedOn()
    {
        string[] made = MadeMetrics();

        Assert.Empty(made.Except(NamesIn(Page)));
        Assert.Empty(made.Except(NamesIn(Dashboard).Concat(NamesIn(Alerts))));
    }

    [Fact]
    public void NoPage_NamesAMetricThatIsNotMade()
    {
        string[] made = MadeMetrics();

        Assert.All([Page, Dashboard, Alerts], path => Assert.Empty(OurNamesIn(path).Except(made)));
        // Those of the runtime are nobody's in this repository: the page is where one looks whether they exist.
        Assert.Empty(NamesIn(Dashboard).Concat(NamesIn(Alerts)).Except(NamesIn(Page)));
    }

    [Fact]
    public void Alerts_SayWhatHasHappened_WhatToDo_AndHowBadItIs()
    {
        string[] rules = [.. Read(Alerts).Split("- alert: ").Skip(1)];

        Assert.NotEmpty(rules);
        Assert.All(rules, rule => Assert.All(["expr: ", "severity: ", "summary: ", "description: "], part => Assert.Contains(part, rule, StringComparison.Ordinal)));
    }

    private static string[] MadeMetrics()
    {
        (string Path, string Code)[] files = [.. Repository.Files("src", ".cs").Select(path => (path, Read(path)))];
        Match[] made = [.. files.SelectMany(file => Instrument().Matches(file.Code))];
        // One that is made in another way would escape this test.
        Assert.Equal(files.SelectMany(file => Name().Matches(file.Code)).Select(name => name.Value).Order(), made.Select(instrument => $"\"{instrument.Groups["name"].Value}\"").Order());
        return [.. made.Select(PrometheusName)];
    }

    // As the exporter does it: a unit in braces is left out.
    private static string PrometheusName(Match instrument)
    {
        string unit = Unit().Match(instrument.Groups["rest"].Value).Groups["unit"].Value switch
        {
            "By" => "_bytes",
            "s" => "_seconds",
            _ => "",
        };
        string total = instrument.Groups["kind"].Value is "CreateCounter" or "CreateObservableCounter" ? "_total" : "";
        return instrument.Groups["name"].Value.Replace('.', '_') + unit + total;
    }

    private static IEnumerable<string> OurNamesIn(string path) => NamesIn(path).Where(name => name.StartsWith("streamcoord_", StringComparison.Ordinal));

    private static IEnumerable<string> NamesIn(string path) => Metric().Matches(Read(path)).Select(name => Part().Replace(name.Value, "")).Distinct();

    private static string Read(string path) => Repository.Read(path);

    [GeneratedRegex("""(?<kind>Create\w+|Gauge|Count)(<\w+>)?\(\s*"(?<name>streamcoord\.\w+\.[a-z_.]+)"(?<rest>[^;]*);""")]
    private static partial Regex Instrument();

    [GeneratedRegex("""
        "streamcoord\.\w+\.[a-z_.]+"
        """)]
    private static partial Regex Name();

    [GeneratedRegex("""
        "(?<unit>By|s|\{\w+\})"
        """)]
    private static partial Regex Unit();

    [GeneratedRegex(@"\b(streamcoord|dotnet|http_server|kestrel)_\w+\w")]
    private static partial Regex Metric();

    // What a histogram adds to its name, which ends in what it measures.
    [GeneratedRegex("(?<=_(seconds|requests))_(bucket|sum|count)$")]
    private static partial Regex Part();
}
