extends Node
var a = 2
