using System.CommandLine;
using System.Globalization;
using Sentinel.Api;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

internal static class ScaleCommand
{
    public static Command Create()
    {
        var set = SharedOptions.Named("set", "Name of the set, or of one of its instances", SharedOptions.Sets);
        var count = new Argument<string>("count") { Description = "Number of instances, or how many more (+2) or fewer (-1)" };
        var json = SharedOptions.Json();
        var command = new Command("scale") { set, count, json };
        command.Check(result => Parse(result.GetValue(count)!));
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var (number, isRelative) = Parse(result.GetValue(count)!);
            var name = session.Store.Read().SetOf(result.GetValue(set)!);
            return session.Report(session.Do(new Request.Scale(name, number, isRelative)), _ =>
                $"{name} has {Text.Count(session.Store.Read().InstancesOf(name).Count(), "instance", "instances")}");
        }));
        return command;
    }

    private static (int Number, bool IsRelative) Parse(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number is >= -Instance.Most and <= Instance.Most
            ? (number, text[0] is '+' or '-')
            : throw new FormatException($"'{text}' is not a number of instances; expected e.g. 5, +2 or -1");
}
